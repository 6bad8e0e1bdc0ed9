/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt lines, as flow handlers and chained handlers see them. */
#ifndef _LINUX_IRQDESC_H
#define _LINUX_IRQDESC_H

/* Its types are there; whoever includes this alone gets them first. */
#include <linux/irq.h>
#include <linux/lockdep.h>

struct irqaction;

struct irq_desc {
	struct irq_common_data irq_common_data;
	struct irq_data irq_data;
	irq_flow_handler_t handle_irq;
	/* Not NULL if somebody has requested the line; its contents are not for drivers. */
	struct irqaction *action;
	const char *name;
	/* Ours: the line behind it. */
	void *p;
};

static inline struct irq_desc *irq_data_to_desc(struct irq_data *data)
{
	return container_of(data->common, struct irq_desc, irq_common_data);
}

static inline unsigned int irq_desc_get_irq(struct irq_desc *desc)
{
	return desc->irq_data.irq;
}

static inline struct irq_data *irq_desc_get_irq_data(struct irq_desc *desc)
{
	return &desc->irq_data;
}

static inline struct irq_chip *irq_desc_get_chip(struct irq_desc *desc)
{
	return desc->irq_data.chip;
}

static inline void *irq_desc_get_chip_data(struct irq_desc *desc)
{
	return desc->irq_data.chip_data;
}

static inline void *irq_desc_get_handler_data(struct irq_desc *desc)
{
	return desc->irq_common_data.handler_data;
}

static inline void generic_handle_irq_desc(struct irq_desc *desc)
{
	desc->handle_irq(desc);
}

int handle_irq_desc(struct irq_desc *desc);
int generic_handle_irq(unsigned int irq);
int generic_handle_irq_safe(unsigned int irq);

struct irq_domain;
int generic_handle_domain_irq(struct irq_domain *domain, unsigned int hwirq);
int generic_handle_domain_irq_safe(struct irq_domain *domain, unsigned int hwirq);

static inline bool irq_desc_has_action(struct irq_desc *desc)
{
	return desc && desc->action != NULL;
}

static inline void irq_set_handler_locked(struct irq_data *data, irq_flow_handler_t handler)
{
	irq_data_to_desc(data)->handle_irq = handler;
}

static inline void irq_set_chip_handler_name_locked(struct irq_data *data, const struct irq_chip *chip,
						    irq_flow_handler_t handler, const char *name)
{
	struct irq_desc *desc = irq_data_to_desc(data);

	desc->handle_irq = handler;
	desc->name = name;
	data->chip = (struct irq_chip *)chip;
}

bool irq_check_status_bit(unsigned int irq, unsigned int bitmask);

static inline bool irq_balancing_disabled(unsigned int irq)
{
	return irq_check_status_bit(irq, IRQ_NO_BALANCING_MASK);
}

static inline bool irq_is_percpu(unsigned int irq)
{
	return irq_check_status_bit(irq, IRQ_PER_CPU);
}

static inline bool irq_is_percpu_devid(unsigned int irq)
{
	return irq_check_status_bit(irq, IRQ_PER_CPU_DEVID);
}

/* There is no lockdep, as without its Kconfig option. */
static inline void irq_set_lockdep_class(unsigned int irq, struct lock_class_key *lock_class,
					 struct lock_class_key *request_class)
{
}

#endif
