/* SPDX-License-Identifier: GPL-2.0-only */
/* Card detection and write protection by GPIO. */
#ifndef _LINUX_MMC_SLOT_GPIO_H
#define _LINUX_MMC_SLOT_GPIO_H

#include <linux/interrupt.h>
#include <linux/types.h>

struct mmc_host;

/* What the line says: 0 or 1 (card in; write protected), -ENOSYS without a line. */
int mmc_gpio_get_ro(struct mmc_host *host);
int mmc_gpio_get_cd(struct mmc_host *host);
/* "debounce" is in microseconds. */
int mmc_gpiod_request_cd(struct mmc_host *host, const char *con_id, unsigned int idx, bool override_active_level,
			 unsigned int debounce);
int mmc_gpiod_request_ro(struct mmc_host *host, const char *con_id, unsigned int idx, unsigned int debounce);
int mmc_gpiod_set_cd_config(struct mmc_host *host, unsigned long config);
void mmc_gpio_set_cd_isr(struct mmc_host *host, irq_handler_t isr);
void mmc_gpio_set_cd_irq(struct mmc_host *host, int irq);
void mmc_gpiod_request_cd_irq(struct mmc_host *host);
int mmc_gpio_set_cd_wake(struct mmc_host *host, bool on);
bool mmc_can_gpio_cd(struct mmc_host *host);
bool mmc_can_gpio_ro(struct mmc_host *host);

#endif
