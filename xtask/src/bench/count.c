// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU that counts the instructions of each CPU by itself. Where a CPU executes HINT #127, which does
 * nothing, a line goes to the file of the argument `out`: the CPU's number, then the count of each CPU.
 *
 * QEMU's packages have no header for plugins: what is used of their interface stands here.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define MARK 0xd5032fffu
#define CPUS 8

typedef uint64_t plugin_id;
struct tb;
struct insn;
struct scoreboard;
typedef struct {
	struct scoreboard *score;
	size_t offset;
} entry;

size_t qemu_plugin_tb_n_insns(const struct tb *tb);
struct insn *qemu_plugin_tb_get_insn(const struct tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct insn *insn, void *to, size_t length);
struct scoreboard *qemu_plugin_scoreboard_new(size_t size);
uint64_t qemu_plugin_u64_get(entry which, unsigned int cpu);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct insn *insn, int op, entry which, uint64_t value);
void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *insn, void (*call)(unsigned int cpu, void *data), int flags,
					    void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*call)(plugin_id id, struct tb *tb));
int qemu_plugin_num_vcpus(void);

EXPORT int qemu_plugin_version = 4;

static entry count;
static FILE *out;

static void marked(unsigned int cpu, void *data)
{
	int cpus = qemu_plugin_num_vcpus();

	(void)data;
	fprintf(out, "%u", cpu);
	for (int n = 0; n < cpus && n < CPUS; n++)
		fprintf(out, " %llu", (unsigned long long)qemu_plugin_u64_get(count, n));
	fprintf(out, "\n");
	fflush(out);
}

static void translated(plugin_id id, struct tb *tb)
{
	size_t insns = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t n = 0; n < insns; n++) {
		struct insn *insn = qemu_plugin_tb_get_insn(tb, n);
		uint32_t word = 0;

		/* 0: add. */
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, 0, count, 1);
		if (qemu_plugin_insn_data(insn, &word, sizeof(word)) == sizeof(word) && word == MARK)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0, NULL);
	}
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int n = 0; n < argc; n++)
		if (strncmp(argv[n], "out=", 4) == 0)
			out = fopen(argv[n] + 4, "w");
	if (!out)
		return -1;
	count.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	count.offset = 0;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
