// SPDX-License-Identifier: GPL-2.0-only
/* Where the linker put what drivers have for each CPU, if any has. */
extern char __start_fv_percpu[] __attribute__((weak));
extern char __stop_fv_percpu[] __attribute__((weak));

void *fv_percpu_start(void)
{
	return __start_fv_percpu;
}

void *fv_percpu_end(void)
{
	return __stop_fv_percpu;
}

/* Parameters of drivers. */
extern char __start___param[] __attribute__((weak));
extern char __stop___param[] __attribute__((weak));

void *fv_params_start(void)
{
	return __start___param;
}

void *fv_params_end(void)
{
	return __stop___param;
}

#ifndef FERROVISOR_HOST
#include <linux/err.h>

/* Linux's own of-dma.c, if the image has it. */
struct dma_chan *of_dma_request_slave_channel(struct device_node *np, const char *name) __attribute__((weak));

struct dma_chan *fv_of_dma_request(struct device_node *np, const char *name)
{
	return of_dma_request_slave_channel ? of_dma_request_slave_channel(np, name) : ERR_PTR(-ENODEV);
}
#endif
