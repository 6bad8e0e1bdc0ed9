/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of drivers: set by the options of the board, or by the boot arguments, before initcalls run. */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <linux/array_size.h>
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "kernel"
#endif
#define __MODULE_INFO_PREFIX KBUILD_MODNAME "."
#define __MODULE_INFO(tag, name, info)                                                                                \
	static const char __UNIQUE_ID(name)[] __used __section(".modinfo") __aligned(1) =                                 \
		__MODULE_INFO_PREFIX __stringify(tag) "=" info
#define MODULE_INFO(tag, info) __MODULE_INFO(tag, tag, info)
#define MODULE_PARM_DESC(_parm, desc) _Static_assert(sizeof(desc "") > 0, "text")
struct kernel_param;
enum { KERNEL_PARAM_OPS_FL_NOARG = (1 << 0) };
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};
enum { KERNEL_PARAM_FL_UNSAFE = (1 << 0), KERNEL_PARAM_FL_HWPARAM = (1 << 1) };
struct module;
/* `name` is MODULE.PARAMETER. */
struct kernel_param {
	const char *name;
	struct module *mod;
	const struct kernel_param_ops *ops;
	const u16 perm;
	s8 level;
	u8 flags;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};
struct kparam_string {
	unsigned int maxlen;
	char *string;
};
struct kparam_array {
	unsigned int max;
	unsigned int elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};
#define __MODULE_PARM_TYPE(name, _type)
#define __module_param_call(prefix, name, ops, arg, perm, level, flags)                                               \
	static const char __param_str_##name[] = prefix #name;                                                            \
	static struct kernel_param const __param_##name __used __section("__param") __aligned(__alignof__(struct kernel_param)) = { \
		__param_str_##name, NULL, ops, perm, level, flags, { arg } }
#define MODULE_PARAM_PREFIX KBUILD_MODNAME "."
#define module_param_cb(name, ops, arg, perm) __module_param_call(MODULE_PARAM_PREFIX, name, ops, arg, perm, -1, 0)
#define module_param_cb_unsafe(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define core_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define device_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define late_param_cb(name, ops, arg, perm) module_param_cb(name, ops, arg, perm)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)
#define module_param_unsafe(name, type, perm) module_param(name, type, perm)
#define module_param_named(name, value, type, perm)                                                                   \
	param_check_##type(name, &(value));                                                                               \
	module_param_cb(name, &param_ops_##type, &value, perm)
#define module_param_named_unsafe(name, value, type, perm) module_param_named(name, value, type, perm)
#define module_param_hw_named(name, value, type, hwtype, perm) module_param_named(name, value, type, perm)
#define module_param_hw(name, type, hwtype, perm) module_param(name, type, perm)
#define core_param(name, var, type, perm)                                                                             \
	param_check_##type(name, &(var));                                                                                 \
	__module_param_call("", name, &param_ops_##type, &var, perm, -1, 0)
#define module_param_string(name, string, len, perm)                                                                  \
	static const struct kparam_string __param_string_##name = { len, string };                                        \
	__module_param_call(MODULE_PARAM_PREFIX, name, &param_ops_string_copy, (void *)&__param_string_##name, perm, -1, 0)
#define module_param_call(name, _set, _get, arg, perm)                                                                \
	static const struct kernel_param_ops __param_ops_##name = { .flags = 0, .set = _set, .get = _get };               \
	__module_param_call(MODULE_PARAM_PREFIX, name, &__param_ops_##name, arg, perm, -1, 0)
#define module_param_array(name, type, nump, perm) module_param_array_named(name, name, type, nump, perm)
#define module_param_array_named(name, array, type, nump, perm)                                                       \
	param_check_##type(name, &(array)[0]);                                                                            \
	static const struct kparam_array __param_arr_##name = { .max = ARRAY_SIZE(array), .num = nump,                    \
		.ops = &param_ops_##type, .elemsize = sizeof(array[0]), .elem = array };                                      \
	__module_param_call(MODULE_PARAM_PREFIX, name, &param_array_ops, (void *)&__param_arr_##name, perm, -1, 0)
#define module_param_hw_array(name, type, hwtype, nump, perm) module_param_array(name, type, nump, perm)
#define __param_check(name, p, type) static inline type __always_unused *__check_##name(void) { return (p); }
#define __FV_PARAM(name, type)                                                                                        \
	extern const struct kernel_param_ops param_ops_##name;                                                            \
	int param_set_##name(const char *val, const struct kernel_param *kp);                                             \
	int param_get_##name(char *buffer, const struct kernel_param *kp);
__FV_PARAM(byte, unsigned char)
__FV_PARAM(short, short)
__FV_PARAM(ushort, unsigned short)
__FV_PARAM(int, int)
__FV_PARAM(uint, unsigned int)
__FV_PARAM(long, long)
__FV_PARAM(ulong, unsigned long)
__FV_PARAM(ullong, unsigned long long)
__FV_PARAM(hexint, unsigned int)
__FV_PARAM(charp, char *)
__FV_PARAM(bool, bool)
__FV_PARAM(invbool, bool)
#undef __FV_PARAM
#define param_check_byte(name, p) __param_check(name, p, unsigned char)
#define param_check_short(name, p) __param_check(name, p, short)
#define param_check_ushort(name, p) __param_check(name, p, unsigned short)
#define param_check_int(name, p) __param_check(name, p, int)
#define param_check_uint(name, p) __param_check(name, p, unsigned int)
#define param_check_long(name, p) __param_check(name, p, long)
#define param_check_ulong(name, p) __param_check(name, p, unsigned long)
#define param_check_ullong(name, p) __param_check(name, p, unsigned long long)
#define param_check_hexint(name, p) param_check_uint(name, p)
#define param_check_charp(name, p) __param_check(name, p, char *)
#define param_check_bool(name, p) __param_check(name, p, bool)
#define param_check_invbool(name, p) __param_check(name, p, bool)
extern const struct kernel_param_ops param_array_ops;
/* Copies into an array; -ENOSPC if it is too small. */
extern const struct kernel_param_ops param_ops_string_copy;
int param_set_copystring(const char *val, const struct kernel_param *kp);
int param_get_string(char *buffer, const struct kernel_param *kp);
int param_set_uint_minmax(const char *val, const struct kernel_param *kp, unsigned int min, unsigned int max);
static inline void kernel_param_lock(struct module *mod) { }
static inline void kernel_param_unlock(struct module *mod) { }

#endif
