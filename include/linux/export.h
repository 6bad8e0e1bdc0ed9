/* SPDX-License-Identifier: GPL-2.0-only */
/* All symbols of drivers are in one image, so exporting is nothing. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#include <linux/compiler.h>
#include <linux/linkage.h>
#include <linux/stringify.h>
/* Checked to exist; nothing else. */
#define __fv_exported(sym) extern typeof(sym) sym
#define EXPORT_SYMBOL(sym) __fv_exported(sym)
#define EXPORT_SYMBOL_GPL(sym) __fv_exported(sym)
#define EXPORT_SYMBOL_NS(sym, ns) __fv_exported(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns) __fv_exported(sym)
#define EXPORT_SYMBOL_FOR_MODULES(sym, mods) __fv_exported(sym)
#define THIS_MODULE ((struct module *)0)
struct module;

#endif
