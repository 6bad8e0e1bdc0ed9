/* SPDX-License-Identifier: GPL-2.0-only */
/* Non-volatile memories, for those who read and write them. */
#ifndef _LINUX_NVMEM_CONSUMER_H
#define _LINUX_NVMEM_CONSUMER_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/notifier.h>
#include <linux/types.h>

struct device;
struct device_node;
struct nvmem_cell;
struct nvmem_device;
struct nvmem_cell_info;

struct nvmem_cell *nvmem_cell_get(struct device *dev, const char *id);
struct nvmem_cell *of_nvmem_cell_get(struct device_node *np, const char *id);
struct nvmem_cell *devm_nvmem_cell_get(struct device *dev, const char *id);
void nvmem_cell_put(struct nvmem_cell *cell);
void devm_nvmem_cell_put(struct device *dev, struct nvmem_cell *cell);
void *nvmem_cell_read(struct nvmem_cell *cell, size_t *len);
int nvmem_cell_write(struct nvmem_cell *cell, void *buf, size_t len);
int nvmem_cell_read_u8(struct device *dev, const char *cell_id, u8 *val);
int nvmem_cell_read_u16(struct device *dev, const char *cell_id, u16 *val);
int nvmem_cell_read_u32(struct device *dev, const char *cell_id, u32 *val);
int nvmem_cell_read_u64(struct device *dev, const char *cell_id, u64 *val);
int nvmem_cell_read_variable_le_u32(struct device *dev, const char *cell_id, u32 *val);
int nvmem_cell_read_variable_le_u64(struct device *dev, const char *cell_id, u64 *val);

struct nvmem_device *nvmem_device_get(struct device *dev, const char *name);
struct nvmem_device *of_nvmem_device_get(struct device_node *np, const char *name);
struct nvmem_device *devm_nvmem_device_get(struct device *dev, const char *name);
void nvmem_device_put(struct nvmem_device *nvmem);
void devm_nvmem_device_put(struct device *dev, struct nvmem_device *nvmem);
int nvmem_device_read(struct nvmem_device *nvmem, unsigned int offset, size_t bytes, void *buf);
int nvmem_device_write(struct nvmem_device *nvmem, unsigned int offset, size_t bytes, void *buf);
ssize_t nvmem_device_cell_read(struct nvmem_device *nvmem, struct nvmem_cell_info *info, void *buf);
int nvmem_device_cell_write(struct nvmem_device *nvmem, struct nvmem_cell_info *info, void *buf);
const char *nvmem_dev_name(struct nvmem_device *nvmem);
size_t nvmem_dev_size(struct nvmem_device *nvmem);

#endif
