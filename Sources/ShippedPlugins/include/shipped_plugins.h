// The plugins that come with Tidehook, as bytes inside the binary.
#ifndef SHIPPED_PLUGINS_H
#define SHIPPED_PLUGINS_H

#include <stddef.h>

/// One file below `plugins/`.
typedef struct {
  const char *path;  ///< `slack/plugin.lua`; null ends the list.
  const char *text;
  size_t len;
} shipped_file;

/// Every file, sorted by path; the last entry has no path.
const shipped_file *shipped_list(void);

#endif
