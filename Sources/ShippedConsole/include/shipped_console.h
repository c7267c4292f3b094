// The console's files, as bytes inside the binary.
#ifndef SHIPPED_CONSOLE_H
#define SHIPPED_CONSOLE_H

#include <stddef.h>

/// One file below `Assets/`.
typedef struct {
  const char *path;  ///< `pages/events.js`; null ends the list.
  const char *text;
  size_t len;
} console_file;

/// Every file, sorted by path; the last entry has no path.
const console_file *console_list(void);

#endif
