/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that run once, at boot, in the order of their levels. */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>
/* Boot code is not freed after boot, so these sections have no meaning. */
#define __init
#define __initdata
#define __initconst
#define __init_or_module
#define __initdata_or_module
#define __initconst_or_module
#define __refdata
#define __ref
#define __refconst
#define __exit __maybe_unused
#define __exitdata
#define __exit_call __maybe_unused
#define __exit_p(x) x
#define __meminit
#define __meminitdata
#define __memexit
#define __noinitretpoline
#define __nosavedata
#ifndef __ASSEMBLY__
typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);
/* A pointer in the section of its level; the linker script sorts these, the shim calls them. */
#ifdef FV_HOST
/* By such a name the address sanitizer leaves a table alone. */
#define __FV_INITCALL "fv_initcall_"
#else
#define __FV_INITCALL ".initcall."
#endif
#define ____define_initcall(fn, level, name)                                                                          \
	static const initcall_t name __used __section(__FV_INITCALL level) = fn
#define __define_initcall(fn, level) ____define_initcall(fn, level, __UNIQUE_ID(__initcall_##fn))
#define early_initcall(fn) __define_initcall(fn, "early")
#define pure_initcall(fn) __define_initcall(fn, "0")
#define core_initcall(fn) __define_initcall(fn, "1")
#define core_initcall_sync(fn) __define_initcall(fn, "1s")
#define postcore_initcall(fn) __define_initcall(fn, "2")
#define postcore_initcall_sync(fn) __define_initcall(fn, "2s")
#define arch_initcall(fn) __define_initcall(fn, "3")
#define arch_initcall_sync(fn) __define_initcall(fn, "3s")
#define subsys_initcall(fn) __define_initcall(fn, "4")
#define subsys_initcall_sync(fn) __define_initcall(fn, "4s")
#define fs_initcall(fn) __define_initcall(fn, "5")
#define fs_initcall_sync(fn) __define_initcall(fn, "5s")
#define rootfs_initcall(fn) __define_initcall(fn, "rootfs")
#define device_initcall(fn) __define_initcall(fn, "6")
#define device_initcall_sync(fn) __define_initcall(fn, "6s")
#define late_initcall(fn) __define_initcall(fn, "7")
#define late_initcall_sync(fn) __define_initcall(fn, "7s")
#define console_initcall(fn) __define_initcall(fn, "con")
#define __initcall(fn) device_initcall(fn)
/* What is built in never leaves, but its exit function is compiled. */
#define __exitcall(fn) static exitcall_t __UNIQUE_ID(__exitcall_##fn) __maybe_unused = fn
extern char *saved_command_line;
extern bool initcall_debug;
/* Options of the boot command line. */
struct obs_kernel_param {
	const char *str;
	int (*setup_func)(char *);
	int early;
};
#define __setup_param(str, unique_id, fn, early)                                                                      \
	static const char __setup_str_##unique_id[] = str;                                                                \
	static const struct obs_kernel_param __setup_##unique_id __used __section(".init.setup") = {                      \
		__setup_str_##unique_id, fn, early }
#define __setup(str, fn) __setup_param(str, fn, fn, 0)
#define early_param(str, fn) __setup_param(str, fn, fn, 1)
#endif

#endif
