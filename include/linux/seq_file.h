/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of drivers about themselves: formatted into a buffer. */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

#include <linux/types.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
struct seq_operations;
struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	void *private;
	const struct seq_operations *op;
	struct file *file;
};
struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};
#define SEQ_SKIP 1
static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}
void seq_putc(struct seq_file *m, char c);
void seq_puts(struct seq_file *m, const char *s);
int seq_write(struct seq_file *m, const void *data, size_t len);
__printf(2, 3) void seq_printf(struct seq_file *m, const char *fmt, ...);
__printf(2, 0) void seq_vprintf(struct seq_file *m, const char *fmt, va_list args);
void seq_hex_dump(struct seq_file *m, const char *prefix_str, int prefix_type, int rowsize, int groupsize,
		  const void *buf, size_t len, bool ascii);
void seq_pad(struct seq_file *m, char c);
/* Nothing opens files: -ENODEV. */
int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data);
int single_release(struct inode *inode, struct file *file);
int seq_open(struct file *file, const struct seq_operations *op);
int seq_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
#define DEFINE_SHOW_ATTRIBUTE(__name)                                                                                 \
	static int __name##_open(struct inode *inode, struct file *file)                                                  \
	{                                                                                                                 \
		return single_open(file, __name##_show, inode->i_private);                                                    \
	}                                                                                                                 \
	static const struct file_operations __name##_fops = {                                                             \
		.open = __name##_open,                                                                                        \
		.read = seq_read,                                                                                             \
		.llseek = seq_lseek,                                                                                          \
		.release = single_release,                                                                                    \
	}
#define DEFINE_SEQ_ATTRIBUTE(__name)                                                                                  \
	static int __name##_open(struct inode *inode, struct file *file)                                                  \
	{                                                                                                                 \
		return seq_open(file, &__name##_sops);                                                                        \
	}                                                                                                                 \
	static const struct file_operations __name##_fops = {                                                             \
		.open = __name##_open,                                                                                        \
		.read = seq_read,                                                                                             \
		.llseek = seq_lseek,                                                                                          \
		.release = seq_release,                                                                                       \
	}
#define DEFINE_SHOW_STORE_ATTRIBUTE(__name) DEFINE_SHOW_ATTRIBUTE(__name)

#endif
