/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt controllers: chips, the state of lines, flow handlers, chips made of registers. */
#ifndef _LINUX_IRQ_H
#define _LINUX_IRQ_H

#include <linux/cache.h>
#include <linux/spinlock.h>
#include <linux/cpumask.h>
#include <linux/irqhandler.h>
#include <linux/irqreturn.h>
#include <linux/irqnr.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/container_of.h>
#include <linux/bits.h>

struct seq_file;
struct module;
struct msi_msg;
struct msi_desc;
struct irq_domain;
struct irq_affinity_desc;
struct device;
enum irqchip_irq_state;

/* The device-tree binding has macros of these names and values, which may come before or after. */
#undef IRQ_TYPE_NONE
#undef IRQ_TYPE_EDGE_RISING
#undef IRQ_TYPE_EDGE_FALLING
#undef IRQ_TYPE_EDGE_BOTH
#undef IRQ_TYPE_LEVEL_HIGH
#undef IRQ_TYPE_LEVEL_LOW

/* How a line signals, and how it may be used. */
enum {
	IRQ_TYPE_NONE		= 0x00000000,
	IRQ_TYPE_EDGE_RISING	= 0x00000001,
	IRQ_TYPE_EDGE_FALLING	= 0x00000002,
	IRQ_TYPE_EDGE_BOTH	= (IRQ_TYPE_EDGE_FALLING | IRQ_TYPE_EDGE_RISING),
	IRQ_TYPE_LEVEL_HIGH	= 0x00000004,
	IRQ_TYPE_LEVEL_LOW	= 0x00000008,
	IRQ_TYPE_LEVEL_MASK	= (IRQ_TYPE_LEVEL_LOW | IRQ_TYPE_LEVEL_HIGH),
	IRQ_TYPE_SENSE_MASK	= 0x0000000f,
	IRQ_TYPE_DEFAULT	= IRQ_TYPE_SENSE_MASK,
	IRQ_TYPE_PROBE		= 0x00000010,

	IRQ_LEVEL		= (1 <<  8),
	IRQ_PER_CPU		= (1 <<  9),
	IRQ_NOPROBE		= (1 << 10),
	IRQ_NOREQUEST		= (1 << 11),
	IRQ_NOAUTOEN		= (1 << 12),
	IRQ_NO_BALANCING	= (1 << 13),
	IRQ_MOVE_PCNTXT		= (1 << 14),
	IRQ_NESTED_THREAD	= (1 << 15),
	IRQ_NOTHREAD		= (1 << 16),
	IRQ_PER_CPU_DEVID	= (1 << 17),
	IRQ_IS_POLLED		= (1 << 18),
	IRQ_DISABLE_UNLAZY	= (1 << 19),
	IRQ_HIDDEN		= (1 << 20),
	IRQ_NO_DEBUG		= (1 << 21),
};

#define IRQF_MODIFY_MASK \
	(IRQ_TYPE_SENSE_MASK | IRQ_NOPROBE | IRQ_NOREQUEST | IRQ_NOAUTOEN | IRQ_MOVE_PCNTXT | IRQ_LEVEL | \
	 IRQ_NO_BALANCING | IRQ_PER_CPU | IRQ_NESTED_THREAD | IRQ_NOTHREAD | IRQ_PER_CPU_DEVID | \
	 IRQ_IS_POLLED | IRQ_DISABLE_UNLAZY | IRQ_HIDDEN)
#define IRQ_NO_BALANCING_MASK	(IRQ_PER_CPU | IRQ_NO_BALANCING)

/* What irq_set_affinity() and irq_set_type() of a chip may return beside errors. */
enum {
	IRQ_SET_MASK_OK = 0,
	IRQ_SET_MASK_OK_NOCOPY,
	IRQ_SET_MASK_OK_DONE,
};

/* What all chips on a line's way share. */
struct irq_common_data {
	unsigned int state_use_accessors;
	void *handler_data;
	struct msi_desc *msi_desc;
	cpumask_var_t affinity;
};

/* A line as one chip sees it. */
struct irq_data {
	u32 mask;
	unsigned int irq;
	irq_hw_number_t hwirq;
	struct irq_common_data *common;
	struct irq_chip *chip;
	struct irq_domain *domain;
	struct irq_data *parent_data;
	void *chip_data;
};

enum {
	IRQD_TRIGGER_MASK		= 0xf,
	IRQD_SETAFFINITY_PENDING	= BIT(8),
	IRQD_ACTIVATED			= BIT(9),
	IRQD_NO_BALANCING		= BIT(10),
	IRQD_PER_CPU			= BIT(11),
	IRQD_AFFINITY_SET		= BIT(12),
	IRQD_LEVEL			= BIT(13),
	IRQD_WAKEUP_STATE		= BIT(14),
	IRQD_MOVE_PCNTXT		= BIT(15),
	IRQD_IRQ_DISABLED		= BIT(16),
	IRQD_IRQ_MASKED			= BIT(17),
	IRQD_IRQ_INPROGRESS		= BIT(18),
	IRQD_WAKEUP_ARMED		= BIT(19),
	IRQD_FORWARDED_TO_VCPU		= BIT(20),
	IRQD_AFFINITY_MANAGED		= BIT(21),
	IRQD_IRQ_STARTED		= BIT(22),
	IRQD_MANAGED_SHUTDOWN		= BIT(23),
	IRQD_SINGLE_TARGET		= BIT(24),
	IRQD_DEFAULT_TRIGGER_SET	= BIT(25),
	IRQD_CAN_RESERVE		= BIT(26),
	IRQD_HANDLE_ENFORCE_IRQCTX	= BIT(27),
	IRQD_AFFINITY_ON_ACTIVATE	= BIT(28),
	IRQD_IRQ_ENABLED_ON_SUSPEND	= BIT(29),
	IRQD_RESEND_WHEN_IN_PROGRESS	= BIT(30),
};

#define __irqd_to_state(d)	((d)->common->state_use_accessors)

#define __IRQD_TEST(name, bits) \
	static inline bool name(struct irq_data *d) \
	{ \
		return __irqd_to_state(d) & (bits); \
	}
#define __IRQD_SET(name, bits) \
	static inline void name(struct irq_data *d) \
	{ \
		__irqd_to_state(d) |= (bits); \
	}
#define __IRQD_CLEAR(name, bits) \
	static inline void name(struct irq_data *d) \
	{ \
		__irqd_to_state(d) &= ~(bits); \
	}

__IRQD_TEST(irqd_is_setaffinity_pending, IRQD_SETAFFINITY_PENDING)
__IRQD_TEST(irqd_is_per_cpu, IRQD_PER_CPU)
__IRQD_TEST(irqd_affinity_was_set, IRQD_AFFINITY_SET)
__IRQD_SET(irqd_mark_affinity_was_set, IRQD_AFFINITY_SET)
__IRQD_TEST(irqd_trigger_type_was_set, IRQD_DEFAULT_TRIGGER_SET)
__IRQD_TEST(irqd_is_level_type, IRQD_LEVEL)
__IRQD_SET(irqd_set_single_target, IRQD_SINGLE_TARGET)
__IRQD_TEST(irqd_is_single_target, IRQD_SINGLE_TARGET)
__IRQD_SET(irqd_set_handle_enforce_irqctx, IRQD_HANDLE_ENFORCE_IRQCTX)
__IRQD_TEST(irqd_is_handle_enforce_irqctx, IRQD_HANDLE_ENFORCE_IRQCTX)
__IRQD_TEST(irqd_is_enabled_on_suspend, IRQD_IRQ_ENABLED_ON_SUSPEND)
__IRQD_TEST(irqd_is_wakeup_set, IRQD_WAKEUP_STATE)
__IRQD_TEST(irqd_can_move_in_process_context, IRQD_MOVE_PCNTXT)
__IRQD_TEST(irqd_irq_disabled, IRQD_IRQ_DISABLED)
__IRQD_TEST(irqd_irq_masked, IRQD_IRQ_MASKED)
__IRQD_TEST(irqd_irq_inprogress, IRQD_IRQ_INPROGRESS)
__IRQD_TEST(irqd_is_wakeup_armed, IRQD_WAKEUP_ARMED)
__IRQD_TEST(irqd_is_forwarded_to_vcpu, IRQD_FORWARDED_TO_VCPU)
__IRQD_SET(irqd_set_forwarded_to_vcpu, IRQD_FORWARDED_TO_VCPU)
__IRQD_CLEAR(irqd_clr_forwarded_to_vcpu, IRQD_FORWARDED_TO_VCPU)
__IRQD_TEST(irqd_affinity_is_managed, IRQD_AFFINITY_MANAGED)
__IRQD_TEST(irqd_is_activated, IRQD_ACTIVATED)
__IRQD_SET(irqd_set_activated, IRQD_ACTIVATED)
__IRQD_CLEAR(irqd_clr_activated, IRQD_ACTIVATED)
__IRQD_TEST(irqd_is_started, IRQD_IRQ_STARTED)
__IRQD_TEST(irqd_is_managed_and_shutdown, IRQD_MANAGED_SHUTDOWN)
__IRQD_SET(irqd_set_can_reserve, IRQD_CAN_RESERVE)
__IRQD_CLEAR(irqd_clr_can_reserve, IRQD_CAN_RESERVE)
__IRQD_TEST(irqd_can_reserve, IRQD_CAN_RESERVE)
__IRQD_SET(irqd_set_affinity_on_activate, IRQD_AFFINITY_ON_ACTIVATE)
__IRQD_TEST(irqd_affinity_on_activate, IRQD_AFFINITY_ON_ACTIVATE)
__IRQD_SET(irqd_set_resend_when_in_progress, IRQD_RESEND_WHEN_IN_PROGRESS)
__IRQD_TEST(irqd_needs_resend_when_in_progress, IRQD_RESEND_WHEN_IN_PROGRESS)

static inline bool irqd_can_balance(struct irq_data *d)
{
	return !(__irqd_to_state(d) & (IRQD_PER_CPU | IRQD_NO_BALANCING));
}

static inline u32 irqd_get_trigger_type(struct irq_data *d)
{
	return __irqd_to_state(d) & IRQD_TRIGGER_MASK;
}

static inline void irqd_set_trigger_type(struct irq_data *d, u32 type)
{
	__irqd_to_state(d) &= ~IRQD_TRIGGER_MASK;
	__irqd_to_state(d) |= (type & IRQD_TRIGGER_MASK) | IRQD_DEFAULT_TRIGGER_SET;
}

#undef __IRQD_TEST
#undef __IRQD_SET
#undef __IRQD_CLEAR

static inline irq_hw_number_t irqd_to_hwirq(struct irq_data *d)
{
	return d->hwirq;
}

struct irq_chip {
	const char *name;
	unsigned int (*irq_startup)(struct irq_data *data);
	void (*irq_shutdown)(struct irq_data *data);
	void (*irq_enable)(struct irq_data *data);
	void (*irq_disable)(struct irq_data *data);
	void (*irq_ack)(struct irq_data *data);
	void (*irq_mask)(struct irq_data *data);
	void (*irq_mask_ack)(struct irq_data *data);
	void (*irq_unmask)(struct irq_data *data);
	void (*irq_eoi)(struct irq_data *data);
	int (*irq_set_affinity)(struct irq_data *data, const struct cpumask *dest, bool force);
	int (*irq_retrigger)(struct irq_data *data);
	int (*irq_set_type)(struct irq_data *data, unsigned int flow_type);
	int (*irq_set_wake)(struct irq_data *data, unsigned int on);
	void (*irq_bus_lock)(struct irq_data *data);
	void (*irq_bus_sync_unlock)(struct irq_data *data);
	/* Not called: there is no system sleep here. */
	void (*irq_suspend)(struct irq_data *data);
	void (*irq_resume)(struct irq_data *data);
	void (*irq_pm_shutdown)(struct irq_data *data);
	void (*irq_calc_mask)(struct irq_data *data);
	/* Not called: 'irq list' shows the chip's name. */
	void (*irq_print_chip)(struct irq_data *data, struct seq_file *p);
	int (*irq_request_resources)(struct irq_data *data);
	void (*irq_release_resources)(struct irq_data *data);
	/* Not called: there are no message-signalled interrupts. */
	void (*irq_compose_msi_msg)(struct irq_data *data, struct msi_msg *msg);
	void (*irq_write_msi_msg)(struct irq_data *data, struct msi_msg *msg);
	int (*irq_get_irqchip_state)(struct irq_data *data, enum irqchip_irq_state which, bool *state);
	int (*irq_set_irqchip_state)(struct irq_data *data, enum irqchip_irq_state which, bool state);
	/* Not called: guests' interrupts are the hypervisor's own business. */
	int (*irq_set_vcpu_affinity)(struct irq_data *data, void *vcpu_info);
	void (*ipi_send_single)(struct irq_data *data, unsigned int cpu);
	void (*ipi_send_mask)(struct irq_data *data, const struct cpumask *dest);
	int (*irq_nmi_setup)(struct irq_data *data);
	void (*irq_nmi_teardown)(struct irq_data *data);
	unsigned long flags;
};

enum {
	IRQCHIP_SET_TYPE_MASKED			= (1 <<  0),
	IRQCHIP_EOI_IF_HANDLED			= (1 <<  1),
	IRQCHIP_MASK_ON_SUSPEND			= (1 <<  2),
	IRQCHIP_ONOFFLINE_ENABLED		= (1 <<  3),
	IRQCHIP_SKIP_SET_WAKE			= (1 <<  4),
	IRQCHIP_ONESHOT_SAFE			= (1 <<  5),
	IRQCHIP_EOI_THREADED			= (1 <<  6),
	IRQCHIP_SUPPORTS_LEVEL_MSI		= (1 <<  7),
	IRQCHIP_SUPPORTS_NMI			= (1 <<  8),
	IRQCHIP_ENABLE_WAKEUP_ON_SUSPEND	= (1 <<  9),
	IRQCHIP_AFFINITY_PRE_STARTUP		= (1 << 10),
	IRQCHIP_IMMUTABLE			= (1 << 11),
};

#include <linux/irqdesc.h>

/* Flow handlers. */
void handle_level_irq(struct irq_desc *desc);
void handle_fasteoi_irq(struct irq_desc *desc);
void handle_edge_irq(struct irq_desc *desc);
void handle_edge_eoi_irq(struct irq_desc *desc);
void handle_simple_irq(struct irq_desc *desc);
void handle_untracked_irq(struct irq_desc *desc);
void handle_percpu_irq(struct irq_desc *desc);
void handle_bad_irq(struct irq_desc *desc);
void handle_nested_irq(unsigned int irq);
void handle_fasteoi_ack_irq(struct irq_desc *desc);
void handle_fasteoi_mask_irq(struct irq_desc *desc);

/* The same for the chip one nearer to the CPU. */
int irq_chip_set_parent_state(struct irq_data *data, enum irqchip_irq_state which, bool val);
int irq_chip_get_parent_state(struct irq_data *data, enum irqchip_irq_state which, bool *state);
void irq_chip_enable_parent(struct irq_data *data);
void irq_chip_disable_parent(struct irq_data *data);
void irq_chip_ack_parent(struct irq_data *data);
int irq_chip_retrigger_hierarchy(struct irq_data *data);
void irq_chip_mask_parent(struct irq_data *data);
void irq_chip_mask_ack_parent(struct irq_data *data);
void irq_chip_unmask_parent(struct irq_data *data);
void irq_chip_eoi_parent(struct irq_data *data);
int irq_chip_set_affinity_parent(struct irq_data *data, const struct cpumask *dest, bool force);
int irq_chip_set_wake_parent(struct irq_data *data, unsigned int on);
int irq_chip_set_type_parent(struct irq_data *data, unsigned int type);
int irq_chip_request_resources_parent(struct irq_data *data);
void irq_chip_release_resources_parent(struct irq_data *data);

extern struct irq_chip no_irq_chip;
extern struct irq_chip dummy_irq_chip;

void irq_set_chip_and_handler_name(unsigned int irq, const struct irq_chip *chip,
				   irq_flow_handler_t handle, const char *name);

static inline void irq_set_chip_and_handler(unsigned int irq, const struct irq_chip *chip,
					    irq_flow_handler_t handle)
{
	irq_set_chip_and_handler_name(irq, chip, handle, NULL);
}

void __irq_set_handler(unsigned int irq, irq_flow_handler_t handle, int is_chained, const char *name);

static inline void irq_set_handler(unsigned int irq, irq_flow_handler_t handle)
{
	__irq_set_handler(irq, handle, 0, NULL);
}

static inline void irq_set_chained_handler(unsigned int irq, irq_flow_handler_t handle)
{
	__irq_set_handler(irq, handle, 1, NULL);
}

void irq_set_chained_handler_and_data(unsigned int irq, irq_flow_handler_t handle, void *data);

void irq_modify_status(unsigned int irq, unsigned long clr, unsigned long set);

static inline void irq_set_status_flags(unsigned int irq, unsigned long set)
{
	irq_modify_status(irq, 0, set);
}

static inline void irq_clear_status_flags(unsigned int irq, unsigned long clr)
{
	irq_modify_status(irq, clr, 0);
}

/* Which line's handler handles this nested one, for one that came while nobody could take it. */
int irq_set_parent(int irq, int parent_irq);

static inline void irq_set_noprobe(unsigned int irq)
{
	irq_modify_status(irq, 0, IRQ_NOPROBE);
}

static inline void irq_set_probe(unsigned int irq)
{
	irq_modify_status(irq, IRQ_NOPROBE, 0);
}

static inline void irq_set_nothread(unsigned int irq)
{
	irq_modify_status(irq, 0, IRQ_NOTHREAD);
}

static inline void irq_set_thread(unsigned int irq)
{
	irq_modify_status(irq, IRQ_NOTHREAD, 0);
}

static inline void irq_set_nested_thread(unsigned int irq, bool nest)
{
	irq_modify_status(irq, nest ? 0 : IRQ_NESTED_THREAD, nest ? IRQ_NESTED_THREAD : 0);
}

int irq_set_chip(unsigned int irq, const struct irq_chip *chip);
int irq_set_handler_data(unsigned int irq, void *data);
int irq_set_chip_data(unsigned int irq, void *data);
int irq_set_irq_type(unsigned int irq, unsigned int type);
struct irq_data *irq_get_irq_data(unsigned int irq);

static inline struct irq_chip *irq_get_chip(unsigned int irq)
{
	struct irq_data *d = irq_get_irq_data(irq);

	return d ? d->chip : NULL;
}

static inline struct irq_chip *irq_data_get_irq_chip(struct irq_data *d)
{
	return d->chip;
}

static inline void *irq_get_chip_data(unsigned int irq)
{
	struct irq_data *d = irq_get_irq_data(irq);

	return d ? d->chip_data : NULL;
}

static inline void *irq_data_get_irq_chip_data(struct irq_data *d)
{
	return d->chip_data;
}

static inline void *irq_get_handler_data(unsigned int irq)
{
	struct irq_data *d = irq_get_irq_data(irq);

	return d ? d->common->handler_data : NULL;
}

static inline void *irq_data_get_irq_handler_data(struct irq_data *d)
{
	return d->common->handler_data;
}

static inline struct msi_desc *irq_data_get_msi_desc(struct irq_data *d)
{
	return d->common->msi_desc;
}

static inline u32 irq_get_trigger_type(unsigned int irq)
{
	struct irq_data *d = irq_get_irq_data(irq);

	return d ? irqd_get_trigger_type(d) : 0;
}

static inline int irq_data_get_node(struct irq_data *d)
{
	return 0;
}

static inline const struct cpumask *irq_data_get_affinity_mask(struct irq_data *d)
{
	return d->common->affinity;
}

static inline void irq_data_update_affinity(struct irq_data *d, const struct cpumask *m)
{
	cpumask_copy(d->common->affinity, m);
}

static inline const struct cpumask *irq_get_affinity_mask(int irq)
{
	struct irq_data *d = irq_get_irq_data(irq);

	return d ? irq_data_get_affinity_mask(d) : NULL;
}

/* The CPU that a line really goes to is not told apart from those it may go to, as without the Kconfig option. */
static inline const struct cpumask *irq_data_get_effective_affinity_mask(struct irq_data *d)
{
	return irq_data_get_affinity_mask(d);
}

static inline void irq_data_update_effective_affinity(struct irq_data *d, const struct cpumask *m)
{
}

static inline const struct cpumask *irq_get_effective_affinity_mask(unsigned int irq)
{
	return irq_get_affinity_mask(irq);
}

int __irq_alloc_descs(int irq, unsigned int from, unsigned int cnt, int node, struct module *owner,
		      const struct irq_affinity_desc *affinity);
int __devm_irq_alloc_descs(struct device *dev, int irq, unsigned int from, unsigned int cnt, int node,
			   struct module *owner, const struct irq_affinity_desc *affinity);
void irq_free_descs(unsigned int irq, unsigned int cnt);

#define irq_alloc_descs(irq, from, cnt, node)	__irq_alloc_descs(irq, from, cnt, node, THIS_MODULE, NULL)
#define irq_alloc_desc(node)			irq_alloc_descs(-1, 1, 1, node)
#define irq_alloc_desc_at(at, node)		irq_alloc_descs(at, at, 1, node)
#define irq_alloc_desc_from(from, node)		irq_alloc_descs(-1, from, 1, node)
#define irq_alloc_descs_from(from, cnt, node)	irq_alloc_descs(-1, from, cnt, node)
#define devm_irq_alloc_descs(dev, irq, from, cnt, node) \
	__devm_irq_alloc_descs(dev, irq, from, cnt, node, THIS_MODULE, NULL)
#define devm_irq_alloc_desc(dev, node)		devm_irq_alloc_descs(dev, -1, 1, 1, node)
#define devm_irq_alloc_desc_at(dev, at, node)	devm_irq_alloc_descs(dev, at, at, 1, node)
#define devm_irq_alloc_desc_from(dev, from, node) devm_irq_alloc_descs(dev, -1, from, 1, node)
#define devm_irq_alloc_descs_from(dev, from, cnt, node) devm_irq_alloc_descs(dev, -1, from, cnt, node)

static inline void irq_free_desc(unsigned int irq)
{
	irq_free_descs(irq, 1);
}

/* Chips that are a few registers. */
struct irq_chip_regs {
	unsigned long enable;
	unsigned long disable;
	unsigned long mask;
	unsigned long ack;
	unsigned long eoi;
	unsigned long type;
};

struct irq_chip_type {
	struct irq_chip chip;
	struct irq_chip_regs regs;
	irq_flow_handler_t handler;
	u32 type;
	u32 mask_cache_priv;
	u32 *mask_cache;
};

struct irq_chip_generic {
	raw_spinlock_t lock;
	void __iomem *reg_base;
	u32 (*reg_readl)(void __iomem *addr);
	void (*reg_writel)(u32 val, void __iomem *addr);
	void (*suspend)(struct irq_chip_generic *gc);
	void (*resume)(struct irq_chip_generic *gc);
	unsigned int irq_base;
	unsigned int irq_cnt;
	u32 mask_cache;
	u32 wake_enabled;
	u32 wake_active;
	unsigned int num_ct;
	void *private;
	unsigned long installed;
	unsigned long unused;
	struct irq_domain *domain;
	struct list_head list;
	struct irq_chip_type chip_types[];
};

enum irq_gc_flags {
	IRQ_GC_INIT_MASK_CACHE		= 1 << 0,
	IRQ_GC_INIT_NESTED_LOCK		= 1 << 1,
	IRQ_GC_MASK_CACHE_PER_TYPE	= 1 << 2,
	IRQ_GC_NO_MASK			= 1 << 3,
	IRQ_GC_BE_IO			= 1 << 4,
};

struct irq_domain_chip_generic {
	unsigned int irqs_per_chip;
	unsigned int num_chips;
	unsigned int irq_flags_to_clear;
	unsigned int irq_flags_to_set;
	enum irq_gc_flags gc_flags;
	void (*exit)(struct irq_chip_generic *gc);
	struct irq_chip_generic *gc[];
};

struct irq_domain_chip_generic_info {
	const char *name;
	irq_flow_handler_t handler;
	unsigned int irqs_per_chip;
	unsigned int num_ct;
	unsigned int irq_flags_to_clear;
	unsigned int irq_flags_to_set;
	enum irq_gc_flags gc_flags;
	int (*init)(struct irq_chip_generic *gc);
	void (*exit)(struct irq_chip_generic *gc);
};

/* What chips of that kind have as functions. */
void irq_gc_noop(struct irq_data *d);
void irq_gc_mask_disable_reg(struct irq_data *d);
void irq_gc_mask_set_bit(struct irq_data *d);
void irq_gc_mask_clr_bit(struct irq_data *d);
void irq_gc_unmask_enable_reg(struct irq_data *d);
void irq_gc_ack_set_bit(struct irq_data *d);
void irq_gc_ack_clr_bit(struct irq_data *d);
void irq_gc_mask_disable_and_ack_set(struct irq_data *d);
void irq_gc_eoi(struct irq_data *d);
int irq_gc_set_wake(struct irq_data *d, unsigned int on);

/* Chips of lines with fixed numbers. */
struct irq_chip_generic *irq_alloc_generic_chip(const char *name, int nr_ct, unsigned int irq_base,
						void __iomem *reg_base, irq_flow_handler_t handler);
struct irq_chip_generic *devm_irq_alloc_generic_chip(struct device *dev, const char *name, int num_ct,
						     unsigned int irq_base, void __iomem *reg_base,
						     irq_flow_handler_t handler);
void irq_setup_generic_chip(struct irq_chip_generic *gc, u32 msk, enum irq_gc_flags flags, unsigned int clr,
			    unsigned int set);
int devm_irq_setup_generic_chip(struct device *dev, struct irq_chip_generic *gc, u32 msk, enum irq_gc_flags flags,
				unsigned int clr, unsigned int set);
void irq_remove_generic_chip(struct irq_chip_generic *gc, u32 msk, unsigned int clr, unsigned int set);
int irq_setup_alt_chip(struct irq_data *d, unsigned int type);

/* Chips of a domain. */
struct irq_chip_generic *irq_get_domain_generic_chip(struct irq_domain *d, unsigned int hw_irq);
int irq_domain_alloc_generic_chips(struct irq_domain *d, const struct irq_domain_chip_generic_info *info);
void irq_domain_remove_generic_chips(struct irq_domain *d);
int irq_map_generic_chip(struct irq_domain *d, unsigned int virq, irq_hw_number_t hw_irq);
void irq_unmap_generic_chip(struct irq_domain *d, unsigned int virq);
int __irq_alloc_domain_generic_chips(struct irq_domain *d, int irqs_per_chip, int num_ct, const char *name,
				     irq_flow_handler_t handler, unsigned int clr, unsigned int set,
				     enum irq_gc_flags flags);
#define irq_alloc_domain_generic_chips(d, irqs_per_chip, num_ct, name, handler, clr, set, flags) \
	__irq_alloc_domain_generic_chips(d, irqs_per_chip, num_ct, name, handler, clr, set, flags)

#define IRQ_MSK(n)	(u32)((n) < 32 ? ((1 << (n)) - 1) : UINT_MAX)

static inline struct irq_chip_type *irq_data_get_chip_type(struct irq_data *d)
{
	return container_of(d->chip, struct irq_chip_type, chip);
}

static inline void irq_gc_lock(struct irq_chip_generic *gc)
{
	raw_spin_lock(&gc->lock);
}

static inline void irq_gc_unlock(struct irq_chip_generic *gc)
{
	raw_spin_unlock(&gc->lock);
}

#define irq_gc_lock_irqsave(gc, flags)		raw_spin_lock_irqsave(&(gc)->lock, flags)
#define irq_gc_unlock_irqrestore(gc, flags)	raw_spin_unlock_irqrestore(&(gc)->lock, flags)

static inline void irq_reg_writel(struct irq_chip_generic *gc, u32 val, int reg_offset)
{
	if (gc->reg_writel)
		gc->reg_writel(val, gc->reg_base + reg_offset);
	else
		writel(val, gc->reg_base + reg_offset);
}

static inline u32 irq_reg_readl(struct irq_chip_generic *gc, int reg_offset)
{
	if (gc->reg_readl)
		return gc->reg_readl(gc->reg_base + reg_offset);
	return readl(gc->reg_base + reg_offset);
}

#define INVALID_HWIRQ	(~0UL)

#endif
