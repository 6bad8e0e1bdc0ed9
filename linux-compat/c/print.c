// SPDX-License-Identifier: GPL-2.0-only
/* The log, warnings and the end of the machine. */
#include "variadic.h"
#ifndef FERROVISOR_HOST
#include <linux/bug.h>
#include <linux/dev_printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/kthread.h>
#include <linux/kobject.h>
#include <linux/device.h>
#include <linux/clkdev.h>
#endif

void fv_warn(const char *file, int line, const char *fmt, struct fv_va *va);
void fv_panic(const char *fmt, struct fv_va *va) __attribute__((__noreturn__));

int N(_printk)(const char *fmt, ...)
{
	int length;

	WITH_ARGS(fmt, length = fv_printk(NULL, NULL, fmt, &va));
	return length;
}

int N(vprintk)(const char *fmt, va_list args)
{
	struct fv_va va;
	int length;

	va_copy(va.ap, args);
	length = fv_printk(NULL, NULL, fmt, &va);
	va_end(va.ap);
	return length;
}

void N(_dev_printk)(const char *level, const struct device *dev, const char *fmt, ...)
{
	WITH_ARGS(fmt, fv_printk(level, dev, fmt, &va));
}

#define DEV_PRINTK(name, level)                                                                                       \
	void N(name)(const struct device *dev, const char *fmt, ...)                                                      \
	{                                                                                                                 \
		WITH_ARGS(fmt, fv_printk("\001" level, dev, fmt, &va));                                                       \
	}
DEV_PRINTK(_dev_emerg, "0")
DEV_PRINTK(_dev_alert, "1")
DEV_PRINTK(_dev_crit, "2")
DEV_PRINTK(_dev_err, "3")
DEV_PRINTK(_dev_warn, "4")
DEV_PRINTK(_dev_notice, "5")
DEV_PRINTK(_dev_info, "6")

void N(warn_slowpath_fmt)(const char *file, const int line, unsigned int taint, const char *fmt, ...)
{
	(void)taint;
	WITH_ARGS(fmt, fv_warn(file, line, fmt, &va));
}

void N(panic)(const char *fmt, ...)
{
	WITH_ARGS(fmt, fv_panic(fmt, &va));
	__builtin_unreachable();
}

#ifndef FERROVISOR_HOST

int fv_dev_err_probe(const struct device *dev, int err, const char *fmt, struct fv_va *va);

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	WITH_ARGS(fmt, err = fv_dev_err_probe(dev, err, fmt, &va));
	return err;
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	size_t left = m->size - m->count;
	int length;

	if (!left)
		return;
	length = vsnprintf(m->buf + m->count, left, fmt, args);
	m->count = (size_t)length < left ? m->count + length : m->size;
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

char *devm_kvasprintf(struct device *dev, gfp_t gfp, const char *fmt, va_list args)
{
	va_list again;
	size_t room;
	char *text;

	va_copy(again, args);
	room = vsnprintf(NULL, 0, fmt, again) + 1;
	va_end(again);
	text = devm_kmalloc(dev, room, gfp);
	if (text)
		vsnprintf(text, room, fmt, args);
	return text;
}

char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = devm_kvasprintf(dev, gfp, fmt, args);
	va_end(args);
	return text;
}

int fv_dev_set_name(struct device *dev, const char *name);

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	char *name;
	int err;

	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	err = name ? fv_dev_set_name(dev, name) : -ENOMEM;
	kfree(name);
	return err;
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	char *name;

	WITH_ARGS(max_active, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	return name ? fv_alloc_workqueue(name, flags, max_active) : NULL;
}

struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node, const char fmt[], ...)
{
	char *name;

	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	return name ? fv_kthread_create(threadfn, data, name) : ERR_PTR(-ENOMEM);
}

struct kthread_worker *kthread_create_worker(unsigned int flags, const char fmt[], ...)
{
	char *name;

	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	return name ? fv_kthread_create_worker(name) : ERR_PTR(-ENOMEM);
}

static int set_name(struct kobject *kobj, const char *name)
{
	if (!name)
		return -ENOMEM;
	kfree(kobj->name);
	kobj->name = name;
	return 0;
}

int kobject_set_name(struct kobject *kobj, const char *fmt, ...)
{
	char *name;

	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	return set_name(kobj, name);
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	char *name;

	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	kobj->parent = kobject_get(parent);
	return set_name(kobj, name);
}

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype, struct kobject *parent, const char *fmt,
			 ...)
{
	char *name;

	kobject_init(kobj, ktype);
	WITH_ARGS(fmt, name = fv_format_alloc(GFP_KERNEL, fmt, &va));
	kobj->parent = kobject_get(parent);
	return set_name(kobj, name);
}

/* Nobody hears of uevents: the variables are checked by the compiler only. */
int add_uevent_var(struct kobj_uevent_env *env, const char *fmt, ...)
{
	return 0;
}

struct clk_lookup *fv_clkdev_create(struct clk *clk, struct clk_hw *hw, const char *con_id, const char *dev_id);

/* A lookup by a device's name that is given as a format. */
#define CREATE_LOOKUP(clk, hw, con_id, dev_fmt) do { \
	struct clk_lookup *lookup; \
	char *name = NULL; \
	if (dev_fmt) \
		WITH_ARGS(dev_fmt, name = fv_format_alloc(GFP_KERNEL, dev_fmt, &va)); \
	lookup = dev_fmt && !name ? NULL : fv_clkdev_create(clk, hw, con_id, name); \
	kfree(name); \
	return lookup; \
} while (0)

struct clk_lookup *clkdev_create(struct clk *clk, const char *con_id, const char *dev_fmt, ...)
{
	CREATE_LOOKUP(clk, NULL, con_id, dev_fmt);
}

struct clk_lookup *clkdev_hw_create(struct clk_hw *hw, const char *con_id, const char *dev_fmt, ...)
{
	CREATE_LOOKUP(NULL, hw, con_id, dev_fmt);
}

#endif
