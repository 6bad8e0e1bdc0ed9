/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that look at frames: nobody loads any, so drivers never get one. */
#ifndef _LINUX_BPF_H
#define _LINUX_BPF_H

#include <uapi/linux/bpf.h>
#include <linux/workqueue.h>
#include <linux/percpu.h>
#include <linux/err.h>
#include <linux/wait.h>
#include <linux/refcount.h>
#include <linux/mutex.h>
#include <linux/module.h>
#include <linux/slab.h>

struct bpf_prog_aux {
	bool xdp_has_frags;
	const char *name;
};
struct bpf_prog {
	u16 pages;
	u32 len;
	struct bpf_prog_aux *aux;
};
void bpf_prog_add(struct bpf_prog *prog, int i);
void bpf_prog_sub(struct bpf_prog *prog, int i);
void bpf_prog_inc(struct bpf_prog *prog);
void bpf_prog_put(struct bpf_prog *prog);

#endif
