// SPDX-License-Identifier: GPL-2.0-only
//! Link modes, names and the device tree, as drivers of network devices ask.

use super::{ask, classes, modes, names, tree};
use crate::bindings::{
    ETHTOOL_LINK_MODE_100baseT_Full_BIT, ETHTOOL_LINK_MODE_2500baseT_Full_BIT, PHY_INTERFACE_MODE_MII,
    PHY_INTERFACE_MODE_RGMII_ID,
};
use crate::errno::Errno;
use crate::testing::node;
use core::ffi::c_char;

unsafe extern "C" {
    fn fv_host_ethtool_sprintf(data: *mut *mut u8, fmt: *const c_char, ...);
}

#[test]
fn sets_of_link_modes() {
    let mut set = [u64::MAX; modes::WORDS];
    let mut word = 0;
    // SAFETY: sets and words of this test.
    unsafe {
        modes::from_word(set.as_mut_ptr(), 1 << ETHTOOL_LINK_MODE_100baseT_Full_BIT);
        assert_eq!(set[0], 1 << ETHTOOL_LINK_MODE_100baseT_Full_BIT);
        assert!(set[1..].iter().all(|w| *w == 0));
        assert!(modes::to_word(&raw mut word, set.as_ptr()));
        assert_eq!(word, 1 << ETHTOOL_LINK_MODE_100baseT_Full_BIT);
        set[0] |= 1 << ETHTOOL_LINK_MODE_2500baseT_Full_BIT;
        assert!(!modes::to_word(&raw mut word, set.as_ptr()), "2.5 Gbit/s came after the words");
        let mut a: crate::bindings::ethtool_link_ksettings = core::mem::zeroed();
        let mut b: crate::bindings::ethtool_link_ksettings = core::mem::zeroed();
        (a.link_modes.supported[0], b.link_modes.supported[0]) = (0b1110, 0b0111);
        (a.link_modes.advertising[0], b.link_modes.advertising[0]) = (0b1010, 0b0001);
        modes::intersect(&raw mut a, &raw mut b);
        assert_eq!((a.link_modes.supported[0], a.link_modes.advertising[0]), (0b0110, 0));
    }
}

#[test]
fn phylib_says_what_it_offers() {
    let ops = core::ptr::without_provenance(0x1000);
    modes::set_phy_ops(ops);
    assert_eq!(modes::phy_ops(), ops);
    modes::set_phy_ops(core::ptr::null());
    assert!(modes::phy_ops().is_null());
}

#[test]
fn phys_are_described() {
    // SAFETY: all fields may be zero; what is read is set.
    unsafe {
        let mut phy: crate::bindings::phy_device = core::mem::zeroed();
        (phy.mdio.addr, phy.phy_id, phy.speed) = (7, 0x0044_1400, 100);
        (phy.duplex, phy.interface) = (crate::bindings::DUPLEX_FULL as i32, PHY_INTERFACE_MODE_MII);
        phy.state = crate::bindings::PHY_RUNNING;
        let other = super::phys::describe((&raw mut phy).cast());
        assert_eq!((other.address, other.id, other.state), (7, None, "-"), "a device that is no PHY");
        phy.mdio.flags = crate::bindings::MDIO_DEVICE_FLAG_PHY as i32;
        let down = super::phys::describe((&raw mut phy).cast());
        assert_eq!((down.id, down.state, down.link), (Some(0x0044_1400), "running", None));
        phy.set_link(1);
        let up = super::phys::describe((&raw mut phy).cast());
        assert_eq!(up.link, Some(io::mdio::Link { speed: Some(100), full_duplex: true }));
        assert_eq!(up.interface, "mii");
        phy.speed = -1;
        assert_eq!(super::phys::describe((&raw mut phy).cast()).link.unwrap().speed, None, "not agreed yet");
    }
}

#[test]
fn names_of_statistics() {
    let mut list = [0xff_u8; 96];
    let mut at = list.as_mut_ptr();
    // SAFETY: a list with places for three names.
    unsafe {
        names::puts(&raw mut at, c"rx_bytes".as_ptr());
        names::puts(&raw mut at, c"a_name_that_is_longer_than_its_place_is".as_ptr());
        fv_host_ethtool_sprintf(&raw mut at, c"q%d_packets".as_ptr(), 7);
        assert_eq!(at.offset_from(list.as_ptr()), 96);
    }
    assert_eq!(&list[..9], b"rx_bytes\0");
    assert_eq!(&list[32..64], b"a_name_that_is_longer_than_its_\0");
    assert_eq!(&list[64..75], b"q7_packets\0");
}

#[test]
fn ways_to_phys() {
    assert_eq!(tree::way(Some(node("/macs/a"))), Ok(PHY_INTERFACE_MODE_RGMII_ID));
    assert_eq!(tree::way(Some(node("/macs/b"))), Ok(PHY_INTERFACE_MODE_MII), "the older name");
    assert_eq!(tree::way(Some(node("/macs/c"))), Err(Errno::ENODEV), "no such way");
    assert_eq!(tree::way(Some(node("/soc/uart@1000"))), Err(Errno::EINVAL));
    assert_eq!(tree::way(None), Err(Errno::EINVAL));
    assert_eq!(tree::name_of(PHY_INTERFACE_MODE_RGMII_ID), Some("rgmii-id"));
}

#[test]
fn hardware_addresses() {
    let address = |path| tree::hardware_address(node(path));
    assert_eq!(address("/macs/a"), Ok([2, 0, 0, 0, 0, 9]), "the first property that is a device's own address");
    assert_eq!(address("/macs/b"), Err(Errno::ENODEV), "the address of a group");
    assert_eq!(address("/macs/c"), Err(Errno::EPROBE_DEFER), "a memory that has no driver yet");
    assert_eq!(address("/soc/uart@1000"), Err(Errno::ENODEV));
}

#[test]
fn addresses_are_set() {
    let (mut dev, mut bytes) = (crate::testing::device_at("mac", Some("/macs/a")), [0_u8; 6]);
    let expected = [2, 0, 0, 0, 0, 9];
    // SAFETY: all fields may be zero; devices of this test, with room for an address.
    unsafe {
        let mut net: crate::bindings::net_device = core::mem::zeroed();
        net.dev_addr = (&raw mut bytes).cast();
        assert_eq!(tree::ethdev_address((*dev).of_node, &raw mut net), 0);
        assert_eq!(core::ptr::read_volatile(&raw const bytes), expected);
        bytes = [0; 6];
        let fwnode = (&raw mut (*(*dev).of_node).fwnode).cast();
        assert_eq!(tree::mac_address_of_fwnode(fwnode, bytes.as_mut_ptr().cast()), 0);
        assert_eq!(bytes, expected);
        dev = crate::testing::device_at("none", Some("/soc/uart@1000"));
        let fwnode = (&raw mut (*(*dev).of_node).fwnode).cast();
        assert_eq!(tree::mac_address_of_fwnode(fwnode, bytes.as_mut_ptr().cast()), Errno::ENOENT.to_c());
        assert_eq!(tree::ethdev_address((*dev).of_node, &raw mut net), Errno::ENODEV.to_c());
        assert_eq!(bytes, expected, "left alone");
    }
}

#[test]
fn shared_answers() {
    // SAFETY: all fields may be zero.
    unsafe {
        let mut net: crate::bindings::net_device = core::mem::zeroed();
        assert_eq!(ask::link(&raw mut net), 1);
        net.state |= 1 << crate::bindings::__LINK_STATE_NOCARRIER;
        assert_eq!(ask::link(&raw mut net), 0);
        let mut info: crate::bindings::kernel_ethtool_ts_info = core::mem::zeroed();
        assert_eq!(ask::ts_info(&raw mut net, &raw mut info), 0);
        assert_eq!(info.phc_index, -1);
    }
}

#[test]
fn traffic_classes() {
    // SAFETY: all fields may be zero.
    unsafe {
        let mut net: crate::bindings::net_device = core::mem::zeroed();
        let net = &raw mut net;
        assert_eq!(classes::set_queues(net, 0, 1, 0), Errno::EINVAL.to_c(), "it has no classes");
        assert_eq!(classes::set_count(net, 17), Errno::EINVAL.to_c());
        assert_eq!(classes::set_count(net, 2), 0);
        assert_eq!(classes::set_queues(net, 1, 3, 4), 0);
        assert_eq!(classes::set_queues(net, 2, 1, 0), Errno::EINVAL.to_c());
        assert_eq!(((*net).tc_to_txq[1].count, (*net).tc_to_txq[1].offset), (3, 4));
        classes::reset(net);
        assert_eq!(((*net).num_tc, (*net).tc_to_txq[1].count), (0, 0));
    }
}
