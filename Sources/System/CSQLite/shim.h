// What GRDB's module leaves out: functions with a variable number of arguments, which Swift does not import.
#include <sqlite3.h>

// Whether SQLite counts the memory that it uses: for each piece it takes and gives back it locks a mutex of the whole process.
static inline int tidehook_sqlite_count_memory(int is_on) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, is_on); }
