/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the machine's run: who is told of it, and who carries it out. */
#ifndef _LINUX_REBOOT_H
#define _LINUX_REBOOT_H

#include <linux/notifier.h>
#include <uapi/linux/reboot.h>

struct device;
struct sys_off_handler;

#define SYS_DOWN	0x0001
#define SYS_RESTART	SYS_DOWN
#define SYS_HALT	0x0002
#define SYS_POWER_OFF	0x0003

enum reboot_mode {
	REBOOT_UNDEFINED = -1,
	REBOOT_COLD = 0,
	REBOOT_WARM,
	REBOOT_HARD,
	REBOOT_SOFT,
	REBOOT_GPIO,
};

extern enum reboot_mode reboot_mode;

int register_reboot_notifier(struct notifier_block *nb);
int unregister_reboot_notifier(struct notifier_block *nb);
int devm_register_reboot_notifier(struct device *dev, struct notifier_block *nb);
int register_restart_handler(struct notifier_block *nb);
int unregister_restart_handler(struct notifier_block *nb);

enum sys_off_mode {
	SYS_OFF_MODE_POWER_OFF_PREPARE,
	SYS_OFF_MODE_POWER_OFF,
	SYS_OFF_MODE_RESTART_PREPARE,
	SYS_OFF_MODE_RESTART,
};

#define SYS_OFF_PRIO_PLATFORM	-256
#define SYS_OFF_PRIO_LOW	-128
#define SYS_OFF_PRIO_DEFAULT	0
#define SYS_OFF_PRIO_HIGH	192
#define SYS_OFF_PRIO_FIRMWARE	224

struct sys_off_data {
	int mode;
	void *cb_data;
	const char *cmd;
	struct device *dev;
};

struct sys_off_handler *register_sys_off_handler(enum sys_off_mode mode, int priority,
						 int (*callback)(struct sys_off_data *data), void *cb_data);
void unregister_sys_off_handler(struct sys_off_handler *handler);
int devm_register_sys_off_handler(struct device *dev, enum sys_off_mode mode, int priority,
				  int (*callback)(struct sys_off_data *data), void *cb_data);
int devm_register_power_off_handler(struct device *dev, int (*callback)(struct sys_off_data *data),
				    void *cb_data);
int devm_register_restart_handler(struct device *dev, int (*callback)(struct sys_off_data *data),
				  void *cb_data);

/* End the run after telling everybody concerned. May sleep. */
void kernel_restart(char *cmd);
void kernel_power_off(void);
void orderly_poweroff(bool force);
void orderly_reboot(void);
void hw_protection_shutdown(const char *reason, int ms_until_forced);

/* Ends the run at once, without telling anybody. */
void emergency_restart(void);

#endif
