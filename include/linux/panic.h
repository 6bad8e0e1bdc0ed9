/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the machine. */
#ifndef _LINUX_PANIC_H
#define _LINUX_PANIC_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>
__printf(1, 2) void panic(const char *fmt, ...) __noreturn __cold;
extern int oops_in_progress;
#define TAINT_WARN 9
#define TAINT_USER 6
#define TAINT_CRAP 10
#define TAINT_FIRMWARE_WORKAROUND 11
enum lockdep_ok { LOCKDEP_STILL_OK, LOCKDEP_NOW_UNRELIABLE };
/* Notes that the machine is not as it should be; a line in the log. */
void add_taint(unsigned int flag, enum lockdep_ok ok);

#endif
