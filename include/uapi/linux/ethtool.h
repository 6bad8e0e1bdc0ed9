/* SPDX-License-Identifier: GPL-2.0-only */
/* What ethtool asks, as programs know it. */
#ifndef _UAPI_LINUX_ETHTOOL_H
#define _UAPI_LINUX_ETHTOOL_H

#include <linux/const.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <uapi/linux/ethtool_link_modes.h>

struct ethtool_cmd {
	__u32	cmd;
	__u32	supported;
	__u32	advertising;
	__u16	speed;
	__u8	duplex;
	__u8	port;
	__u8	phy_address;
	__u8	transceiver;
	__u8	autoneg;
	__u8	mdio_support;
	__u32	maxtxpkt;
	__u32	maxrxpkt;
	__u16	speed_hi;
	__u8	eth_tp_mdix;
	__u8	eth_tp_mdix_ctrl;
	__u32	lp_advertising;
	__u32	reserved[2];
};

static inline __u32 ethtool_cmd_speed(const struct ethtool_cmd *ep)
{
	return (ep->speed_hi << 16) | ep->speed;
}

#define ETH_MDIO_SUPPORTS_C22	1

#define ETH_MDIO_SUPPORTS_C45	2

#define ETHTOOL_FWVERS_LEN	32
#define ETHTOOL_BUSINFO_LEN	32
#define ETHTOOL_EROMVERS_LEN	32

struct ethtool_drvinfo {
	__u32	cmd;
	char	driver[32];
	char	version[32];
	char	fw_version[ETHTOOL_FWVERS_LEN];
	char	bus_info[ETHTOOL_BUSINFO_LEN];
	char	erom_version[ETHTOOL_EROMVERS_LEN];
	char	reserved2[12];
	__u32	n_priv_flags;
	__u32	n_stats;
	__u32	testinfo_len;
	__u32	eedump_len;
	__u32	regdump_len;
};

#define SOPASS_MAX	6

struct ethtool_wolinfo {
	__u32	cmd;
	__u32	supported;
	__u32	wolopts;
	__u8	sopass[SOPASS_MAX];
};

struct ethtool_value {
	__u32	cmd;
	__u32	data;
};

#define PFC_STORM_PREVENTION_AUTO	0xffff
#define PFC_STORM_PREVENTION_DISABLE	0

enum tunable_id {
	ETHTOOL_ID_UNSPEC,
	ETHTOOL_RX_COPYBREAK,
	ETHTOOL_TX_COPYBREAK,
	ETHTOOL_PFC_PREVENTION_TOUT,
	ETHTOOL_TX_COPYBREAK_BUF_SIZE,
	__ETHTOOL_TUNABLE_COUNT,
};

enum tunable_type_id {
	ETHTOOL_TUNABLE_UNSPEC,
	ETHTOOL_TUNABLE_U8,
	ETHTOOL_TUNABLE_U16,
	ETHTOOL_TUNABLE_U32,
	ETHTOOL_TUNABLE_U64,
	ETHTOOL_TUNABLE_STRING,
	ETHTOOL_TUNABLE_S8,
	ETHTOOL_TUNABLE_S16,
	ETHTOOL_TUNABLE_S32,
	ETHTOOL_TUNABLE_S64,
};

struct ethtool_tunable {
	__u32	cmd;
	__u32	id;
	__u32	type_id;
	__u32	len;
	void	*data[];
};

#define DOWNSHIFT_DEV_DEFAULT_COUNT	0xff
#define DOWNSHIFT_DEV_DISABLE		0

#define ETHTOOL_PHY_FAST_LINK_DOWN_ON	0
#define ETHTOOL_PHY_FAST_LINK_DOWN_OFF	0xff

#define ETHTOOL_PHY_EDPD_DFLT_TX_MSECS		0xffff
#define ETHTOOL_PHY_EDPD_NO_TX			0xfffe
#define ETHTOOL_PHY_EDPD_DISABLE		0

enum phy_tunable_id {
	ETHTOOL_PHY_ID_UNSPEC,
	ETHTOOL_PHY_DOWNSHIFT,
	ETHTOOL_PHY_FAST_LINK_DOWN,
	ETHTOOL_PHY_EDPD,
	__ETHTOOL_PHY_TUNABLE_COUNT,
};

struct ethtool_regs {
	__u32	cmd;
	__u32	version;
	__u32	len;
	__u8	data[];
};

struct ethtool_eeprom {
	__u32	cmd;
	__u32	magic;
	__u32	offset;
	__u32	len;
	__u8	data[];
};

struct ethtool_eee {
	__u32	cmd;
	__u32	supported;
	__u32	advertised;
	__u32	lp_advertised;
	__u32	eee_active;
	__u32	eee_enabled;
	__u32	tx_lpi_enabled;
	__u32	tx_lpi_timer;
	__u32	reserved[2];
};

struct ethtool_modinfo {
	__u32   cmd;
	__u32   type;
	__u32   eeprom_len;
	__u32   reserved[8];
};

struct ethtool_coalesce {
	__u32	cmd;
	__u32	rx_coalesce_usecs;
	__u32	rx_max_coalesced_frames;
	__u32	rx_coalesce_usecs_irq;
	__u32	rx_max_coalesced_frames_irq;
	__u32	tx_coalesce_usecs;
	__u32	tx_max_coalesced_frames;
	__u32	tx_coalesce_usecs_irq;
	__u32	tx_max_coalesced_frames_irq;
	__u32	stats_block_coalesce_usecs;
	__u32	use_adaptive_rx_coalesce;
	__u32	use_adaptive_tx_coalesce;
	__u32	pkt_rate_low;
	__u32	rx_coalesce_usecs_low;
	__u32	rx_max_coalesced_frames_low;
	__u32	tx_coalesce_usecs_low;
	__u32	tx_max_coalesced_frames_low;
	__u32	pkt_rate_high;
	__u32	rx_coalesce_usecs_high;
	__u32	rx_max_coalesced_frames_high;
	__u32	tx_coalesce_usecs_high;
	__u32	tx_max_coalesced_frames_high;
	__u32	rate_sample_interval;
};

struct ethtool_ringparam {
	__u32	cmd;
	__u32	rx_max_pending;
	__u32	rx_mini_max_pending;
	__u32	rx_jumbo_max_pending;
	__u32	tx_max_pending;
	__u32	rx_pending;
	__u32	rx_mini_pending;
	__u32	rx_jumbo_pending;
	__u32	tx_pending;
};

struct ethtool_channels {
	__u32	cmd;
	__u32	max_rx;
	__u32	max_tx;
	__u32	max_other;
	__u32	max_combined;
	__u32	rx_count;
	__u32	tx_count;
	__u32	other_count;
	__u32	combined_count;
};

struct ethtool_pauseparam {
	__u32	cmd;
	__u32	autoneg;
	__u32	rx_pause;
	__u32	tx_pause;
};

#include <uapi/linux/ethtool_states.h>

struct ethtool_gstrings {
	__u32	cmd;
	__u32	string_set;
	__u32	len;
	__u8	data[];
};

struct ethtool_sset_info {
	__u32	cmd;
	__u32	reserved;
	__u64	sset_mask;
	__u32	data[];
};

enum ethtool_test_flags {
	ETH_TEST_FL_OFFLINE	= (1 << 0),
	ETH_TEST_FL_FAILED	= (1 << 1),
	ETH_TEST_FL_EXTERNAL_LB	= (1 << 2),
	ETH_TEST_FL_EXTERNAL_LB_DONE	= (1 << 3),
};

struct ethtool_test {
	__u32	cmd;
	__u32	flags;
	__u32	reserved;
	__u32	len;
	__u64	data[];
};

struct ethtool_stats {
	__u32	cmd;
	__u32	n_stats;
	__u64	data[];
};

struct ethtool_perm_addr {
	__u32	cmd;
	__u32	size;
	__u8	data[];
};

enum ethtool_flags {
	ETH_FLAG_TXVLAN		= (1 << 7),
	ETH_FLAG_RXVLAN		= (1 << 8),
	ETH_FLAG_LRO		= (1 << 15),
	ETH_FLAG_NTUPLE		= (1 << 27),
	ETH_FLAG_RXHASH		= (1 << 28),
};

#include <uapi/linux/ethtool_flow.h>

struct ethtool_flash {
	__u32	cmd;
	__u32	region;
	char	data[ETHTOOL_FLASH_MAX_FILENAME];
};

struct ethtool_dump {
	__u32	cmd;
	__u32	version;
	__u32	flag;
	__u32	len;
	__u8	data[];
};

#define ETH_FW_DUMP_DISABLE 0

struct ethtool_get_features_block {
	__u32	available;
	__u32	requested;
	__u32	active;
	__u32	never_changed;
};

struct ethtool_gfeatures {
	__u32	cmd;
	__u32	size;
	struct ethtool_get_features_block features[];
};

struct ethtool_set_features_block {
	__u32	valid;
	__u32	requested;
};

struct ethtool_sfeatures {
	__u32	cmd;
	__u32	size;
	struct ethtool_set_features_block features[];
};

struct ethtool_ts_info {
	__u32	cmd;
	__u32	so_timestamping;
	__s32	phc_index;
	__u32	tx_types;
	__u32	tx_reserved[3];
	__u32	rx_filters;
	__u32	rx_reserved[3];
};

enum ethtool_sfeatures_retval_bits {
	ETHTOOL_F_UNSUPPORTED__BIT,
	ETHTOOL_F_WISH__BIT,
	ETHTOOL_F_COMPAT__BIT,
};

#define ETHTOOL_F_UNSUPPORTED   (1 << ETHTOOL_F_UNSUPPORTED__BIT)
#define ETHTOOL_F_WISH          (1 << ETHTOOL_F_WISH__BIT)
#define ETHTOOL_F_COMPAT        (1 << ETHTOOL_F_COMPAT__BIT)

#define MAX_NUM_QUEUE		4096

struct ethtool_per_queue_op {
	__u32	cmd;
	__u32	sub_command;
	__u32	queue_mask[__KERNEL_DIV_ROUND_UP(MAX_NUM_QUEUE, 32)];
	char	data[];
};

struct ethtool_fecparam {
	__u32   cmd;
	__u32   active_fec;
	__u32   fec;
	__u32   reserved;
};

enum ethtool_fec_config_bits {
	ETHTOOL_FEC_NONE_BIT,
	ETHTOOL_FEC_AUTO_BIT,
	ETHTOOL_FEC_OFF_BIT,
	ETHTOOL_FEC_RS_BIT,
	ETHTOOL_FEC_BASER_BIT,
	ETHTOOL_FEC_LLRS_BIT,
};

#define ETHTOOL_FEC_NONE		(1 << ETHTOOL_FEC_NONE_BIT)
#define ETHTOOL_FEC_AUTO		(1 << ETHTOOL_FEC_AUTO_BIT)
#define ETHTOOL_FEC_OFF			(1 << ETHTOOL_FEC_OFF_BIT)
#define ETHTOOL_FEC_RS			(1 << ETHTOOL_FEC_RS_BIT)
#define ETHTOOL_FEC_BASER		(1 << ETHTOOL_FEC_BASER_BIT)
#define ETHTOOL_FEC_LLRS		(1 << ETHTOOL_FEC_LLRS_BIT)

#define ETHTOOL_GSET		0x00000001
#define ETHTOOL_SSET		0x00000002
#define ETHTOOL_GDRVINFO	0x00000003
#define ETHTOOL_GREGS		0x00000004
#define ETHTOOL_GWOL		0x00000005
#define ETHTOOL_SWOL		0x00000006
#define ETHTOOL_GMSGLVL		0x00000007
#define ETHTOOL_SMSGLVL		0x00000008
#define ETHTOOL_NWAY_RST	0x00000009

#define ETHTOOL_GLINK		0x0000000a
#define ETHTOOL_GEEPROM		0x0000000b
#define ETHTOOL_SEEPROM		0x0000000c
#define ETHTOOL_GCOALESCE	0x0000000e
#define ETHTOOL_SCOALESCE	0x0000000f
#define ETHTOOL_GRINGPARAM	0x00000010
#define ETHTOOL_SRINGPARAM	0x00000011
#define ETHTOOL_GPAUSEPARAM	0x00000012
#define ETHTOOL_SPAUSEPARAM	0x00000013
#define ETHTOOL_GRXCSUM		0x00000014
#define ETHTOOL_SRXCSUM		0x00000015
#define ETHTOOL_GTXCSUM		0x00000016
#define ETHTOOL_STXCSUM		0x00000017
#define ETHTOOL_GSG		0x00000018
#define ETHTOOL_SSG		0x00000019
#define ETHTOOL_TEST		0x0000001a
#define ETHTOOL_GSTRINGS	0x0000001b
#define ETHTOOL_PHYS_ID		0x0000001c
#define ETHTOOL_GSTATS		0x0000001d
#define ETHTOOL_GTSO		0x0000001e
#define ETHTOOL_STSO		0x0000001f
#define ETHTOOL_GPERMADDR	0x00000020
#define ETHTOOL_GUFO		0x00000021
#define ETHTOOL_SUFO		0x00000022
#define ETHTOOL_GGSO		0x00000023
#define ETHTOOL_SGSO		0x00000024
#define ETHTOOL_GFLAGS		0x00000025
#define ETHTOOL_SFLAGS		0x00000026
#define ETHTOOL_GPFLAGS		0x00000027
#define ETHTOOL_SPFLAGS		0x00000028

#define ETHTOOL_GRXFH		0x00000029
#define ETHTOOL_SRXFH		0x0000002a
#define ETHTOOL_GGRO		0x0000002b
#define ETHTOOL_SGRO		0x0000002c
#define ETHTOOL_GRXRINGS	0x0000002d
#define ETHTOOL_GRXCLSRLCNT	0x0000002e
#define ETHTOOL_GRXCLSRULE	0x0000002f
#define ETHTOOL_GRXCLSRLALL	0x00000030
#define ETHTOOL_SRXCLSRLDEL	0x00000031
#define ETHTOOL_SRXCLSRLINS	0x00000032
#define ETHTOOL_FLASHDEV	0x00000033
#define ETHTOOL_RESET		0x00000034
#define ETHTOOL_SRXNTUPLE	0x00000035
#define ETHTOOL_GRXNTUPLE	0x00000036
#define ETHTOOL_GSSET_INFO	0x00000037
#define ETHTOOL_GRXFHINDIR	0x00000038
#define ETHTOOL_SRXFHINDIR	0x00000039

#define ETHTOOL_GFEATURES	0x0000003a
#define ETHTOOL_SFEATURES	0x0000003b
#define ETHTOOL_GCHANNELS	0x0000003c
#define ETHTOOL_SCHANNELS	0x0000003d
#define ETHTOOL_SET_DUMP	0x0000003e
#define ETHTOOL_GET_DUMP_FLAG	0x0000003f
#define ETHTOOL_GET_DUMP_DATA	0x00000040
#define ETHTOOL_GET_TS_INFO	0x00000041
#define ETHTOOL_GMODULEINFO	0x00000042
#define ETHTOOL_GMODULEEEPROM	0x00000043
#define ETHTOOL_GEEE		0x00000044
#define ETHTOOL_SEEE		0x00000045

#define ETHTOOL_GRSSH		0x00000046
#define ETHTOOL_SRSSH		0x00000047
#define ETHTOOL_GTUNABLE	0x00000048
#define ETHTOOL_STUNABLE	0x00000049
#define ETHTOOL_GPHYSTATS	0x0000004a

#define ETHTOOL_PERQUEUE	0x0000004b

#define ETHTOOL_GLINKSETTINGS	0x0000004c
#define ETHTOOL_SLINKSETTINGS	0x0000004d
#define ETHTOOL_PHY_GTUNABLE	0x0000004e
#define ETHTOOL_PHY_STUNABLE	0x0000004f
#define ETHTOOL_GFECPARAM	0x00000050
#define ETHTOOL_SFECPARAM	0x00000051

#define SPARC_ETH_GSET		ETHTOOL_GSET
#define SPARC_ETH_SSET		ETHTOOL_SSET

#define SPEED_10		10
#define SPEED_100		100
#define SPEED_1000		1000
#define SPEED_2500		2500
#define SPEED_5000		5000
#define SPEED_10000		10000
#define SPEED_14000		14000
#define SPEED_20000		20000
#define SPEED_25000		25000
#define SPEED_40000		40000
#define SPEED_50000		50000
#define SPEED_56000		56000
#define SPEED_100000		100000
#define SPEED_200000		200000
#define SPEED_400000		400000
#define SPEED_800000		800000

#define SPEED_UNKNOWN		-1

static inline int ethtool_validate_speed(__u32 speed)
{
	return speed <= INT_MAX || speed == (__u32)SPEED_UNKNOWN;
}

#define DUPLEX_HALF		0x00
#define DUPLEX_FULL		0x01
#define DUPLEX_UNKNOWN		0xff

#define MASTER_SLAVE_CFG_UNSUPPORTED		0
#define MASTER_SLAVE_CFG_UNKNOWN		1
#define MASTER_SLAVE_CFG_MASTER_PREFERRED	2
#define MASTER_SLAVE_CFG_SLAVE_PREFERRED	3
#define MASTER_SLAVE_CFG_MASTER_FORCE		4
#define MASTER_SLAVE_CFG_SLAVE_FORCE		5
#define MASTER_SLAVE_STATE_UNSUPPORTED		0
#define MASTER_SLAVE_STATE_UNKNOWN		1
#define MASTER_SLAVE_STATE_MASTER		2
#define MASTER_SLAVE_STATE_SLAVE		3
#define MASTER_SLAVE_STATE_ERR			4

#define RATE_MATCH_NONE		0

#define RATE_MATCH_PAUSE	1

#define RATE_MATCH_CRS		2

#define RATE_MATCH_OPEN_LOOP	3

#define PORT_TP			0x00
#define PORT_AUI		0x01
#define PORT_MII		0x02
#define PORT_FIBRE		0x03
#define PORT_BNC		0x04
#define PORT_DA			0x05
#define PORT_NONE		0xef
#define PORT_OTHER		0xff

#define XCVR_INTERNAL		0x00
#define XCVR_EXTERNAL		0x01
#define XCVR_DUMMY1		0x02
#define XCVR_DUMMY2		0x03
#define XCVR_DUMMY3		0x04

#define AUTONEG_DISABLE		0x00
#define AUTONEG_ENABLE		0x01

#define ETH_TP_MDI_INVALID	0x00
#define ETH_TP_MDI		0x01
#define ETH_TP_MDI_X		0x02
#define ETH_TP_MDI_AUTO		0x03

#define WAKE_PHY		(1 << 0)
#define WAKE_UCAST		(1 << 1)
#define WAKE_MCAST		(1 << 2)
#define WAKE_BCAST		(1 << 3)
#define WAKE_ARP		(1 << 4)
#define WAKE_MAGIC		(1 << 5)
#define WAKE_MAGICSECURE	(1 << 6)
#define WAKE_FILTER		(1 << 7)

#define WOL_MODE_COUNT		8

#define	RXH_XFRM_SYM_XOR	(1 << 0)

#define	RXH_XFRM_SYM_OR_XOR	(1 << 1)
#define	RXH_XFRM_NO_CHANGE	0xff

enum {
	TCP_V4_FLOW	= 0x01,
	UDP_V4_FLOW	= 0x02,
	SCTP_V4_FLOW	= 0x03,
	AH_ESP_V4_FLOW	= 0x04,
	TCP_V6_FLOW	= 0x05,
	UDP_V6_FLOW	= 0x06,
	SCTP_V6_FLOW	= 0x07,
	AH_ESP_V6_FLOW	= 0x08,
	AH_V4_FLOW	= 0x09,
	ESP_V4_FLOW	= 0x0a,
	AH_V6_FLOW	= 0x0b,
	ESP_V6_FLOW	= 0x0c,
	IPV4_USER_FLOW	= 0x0d,
	IP_USER_FLOW	= IPV4_USER_FLOW,
	IPV6_USER_FLOW	= 0x0e,
	IPV4_FLOW	= 0x10,
	IPV6_FLOW	= 0x11,
	ETHER_FLOW	= 0x12,
	GTPU_V4_FLOW	= 0x13,
	GTPU_V6_FLOW	= 0x14,
	GTPC_V4_FLOW	= 0x15,
	GTPC_V6_FLOW	= 0x16,
	GTPC_TEID_V4_FLOW	= 0x17,
	GTPC_TEID_V6_FLOW	= 0x18,
	GTPU_EH_V4_FLOW	= 0x19,
	GTPU_EH_V6_FLOW	= 0x1a,
	GTPU_UL_V4_FLOW	= 0x1b,
	GTPU_UL_V6_FLOW	= 0x1c,
	GTPU_DL_V4_FLOW	= 0x1d,
	GTPU_DL_V6_FLOW	= 0x1e,
	__FLOW_TYPE_COUNT,
};

#define	FLOW_EXT	0x80000000
#define	FLOW_MAC_EXT	0x40000000

#define	FLOW_RSS	0x20000000

#define	RXH_L2DA	(1 << 1)
#define	RXH_VLAN	(1 << 2)
#define	RXH_L3_PROTO	(1 << 3)
#define	RXH_IP_SRC	(1 << 4)
#define	RXH_IP_DST	(1 << 5)
#define	RXH_L4_B_0_1	(1 << 6)
#define	RXH_L4_B_2_3	(1 << 7)
#define	RXH_GTP_TEID	(1 << 8)
#define	RXH_DISCARD	(1 << 31)

#define	RX_CLS_FLOW_DISC	0xffffffffffffffffULL
#define RX_CLS_FLOW_WAKE	0xfffffffffffffffeULL

#define RX_CLS_LOC_SPECIAL	0x80000000
#define RX_CLS_LOC_ANY		0xffffffff
#define RX_CLS_LOC_FIRST	0xfffffffe
#define RX_CLS_LOC_LAST		0xfffffffd

#define ETH_MODULE_SFF_8079		0x1
#define ETH_MODULE_SFF_8079_LEN		256
#define ETH_MODULE_SFF_8472		0x2
#define ETH_MODULE_SFF_8472_LEN		512
#define ETH_MODULE_SFF_8636		0x3
#define ETH_MODULE_SFF_8636_LEN		256
#define ETH_MODULE_SFF_8436		0x4
#define ETH_MODULE_SFF_8436_LEN		256

#define ETH_MODULE_SFF_8636_MAX_LEN     640
#define ETH_MODULE_SFF_8436_MAX_LEN     640

enum ethtool_reset_flags {
	ETH_RESET_MGMT		= 1 << 0,
	ETH_RESET_IRQ		= 1 << 1,
	ETH_RESET_DMA		= 1 << 2,
	ETH_RESET_FILTER	= 1 << 3,
	ETH_RESET_OFFLOAD	= 1 << 4,
	ETH_RESET_MAC		= 1 << 5,
	ETH_RESET_PHY		= 1 << 6,
	ETH_RESET_RAM		= 1 << 7,
	ETH_RESET_AP		= 1 << 8,
	ETH_RESET_DEDICATED	= 0x0000ffff,
	ETH_RESET_ALL		= 0xffffffff,
};
#define ETH_RESET_SHARED_SHIFT	16

struct ethtool_link_settings {
	__u32	cmd;
	__u32	speed;
	__u8	duplex;
	__u8	port;
	__u8	phy_address;
	__u8	autoneg;
	__u8	mdio_support;
	__u8	eth_tp_mdix;
	__u8	eth_tp_mdix_ctrl;
	__s8	link_mode_masks_nwords;
	__u8	transceiver;
	__u8	master_slave_cfg;
	__u8	master_slave_state;
	__u8	rate_matching;
	__u32	reserved[7];
	__u32	link_mode_masks[];
};

enum phy_upstream {
	PHY_UPSTREAM_MAC,
	PHY_UPSTREAM_PHY,
};

static inline void ethtool_cmd_speed_set(struct ethtool_cmd *ep, __u32 speed)
{
	ep->speed_hi = speed >> 16;
	ep->speed = speed & 0xffff;
}

static inline int ethtool_validate_duplex(__u8 duplex)
{
	return duplex == DUPLEX_HALF || duplex == DUPLEX_FULL || duplex == DUPLEX_UNKNOWN;
}

#endif
