/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers are built in: what modules say of themselves is checked, and most of it left out (docs/ignored.md). */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/kmod.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/kobject.h>
#include <linux/moduleparam.h>
#include <linux/export.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/cleanup.h>
#define MODULE_NAME_LEN 56
/* With their semicolons, as in Linux: some drivers leave them out. */
#define module_init(x) __initcall(x);
#define module_exit(x) __exitcall(x);
/* The image is GPL-2.0-only: the licence stays in the object file, for the build to check; it is in no image. */
#define MODULE_LICENSE(_license) MODULE_INFO(license, _license)
#define __fv_text(text) _Static_assert(sizeof(text "") > 0, "text")
#define MODULE_AUTHOR(_author) __fv_text(_author)
#define MODULE_DESCRIPTION(_description) __fv_text(_description)
#define MODULE_VERSION(_version) __fv_text(_version)
#define MODULE_ALIAS(_alias) __fv_text(_alias)
#define MODULE_SOFTDEP(_softdep) __fv_text(_softdep)
#define MODULE_WEAKDEP(_weakdep) __fv_text(_weakdep)
#define MODULE_FIRMWARE(_firmware) __fv_text(_firmware)
#define MODULE_IMPORT_NS(ns) __fv_text(#ns)
#define MODULE_FILE
#define MODULE_DEVICE_TABLE(type, name) _Static_assert(sizeof((name)[0]) > 0, "a table of devices")
struct exception_table_entry;
struct module;
/* Nothing that is built in goes away. */
static inline bool try_module_get(struct module *module)
{
	return true;
}
static inline void module_put(struct module *module) { }
static inline void __module_get(struct module *module) { }
static inline const char *module_name(struct module *mod)
{
	return "kernel";
}
static inline int module_refcount(struct module *mod)
{
	return -1;
}
static inline bool module_is_live(struct module *mod)
{
	return true;
}
#define module_put_and_kthread_exit(code) kthread_exit(code)
#define symbol_get(x) (&(x))
#define symbol_put(x) do { } while (0)
#define symbol_request(x) (&(x))

#define __MODULE_STRING(x) __stringify(x)

#endif
