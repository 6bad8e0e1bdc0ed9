// SPDX-License-Identifier: GPL-2.0-only
//! System controllers of the tests' tree.

use super::syscon::{by_compatible, by_phandle, by_phandle_args, by_phandle_optional, of_any_node, of_node, register};
use crate::bindings::regmap;
use crate::errno::Errno;
use crate::testing::node;
use core::ptr::{null, null_mut};

/// Whoever asks, and however, gets the same map; what is no system controller has none.
#[test]
fn one_map_for_a_node() {
    let (block, own, user) = (node("/block@20000000"), node("/syscons/own"), node("/syscons/user"));
    let mut args = [0u32; 3];
    // SAFETY: nodes of the tests' tree, texts, and room for as many arguments as are asked for. The maps' registers, which
    // this machine does not have, are not accessed.
    unsafe {
        assert_eq!(by_compatible(c"test,missing".as_ptr()), Errno::ENODEV.to_ptr::<regmap>());
        let map = of_node(block.as_raw());
        assert!(!map.is_null() && Errno::check_ptr(map).is_ok());
        assert_eq!(of_any_node(block.as_raw()), map);
        assert_eq!(by_compatible(c"test,control".as_ptr()), map);
        let user = user.as_raw();
        assert_eq!(by_phandle(user, c"control".as_ptr()), map);
        assert_eq!(by_phandle(block.as_raw(), null()), map, "without a property, the node itself");
        assert_eq!(by_phandle(user, c"none".as_ptr()), Errno::ENODEV.to_ptr());
        assert_eq!(by_phandle_optional(user, c"control".as_ptr()), map);
        assert_eq!(by_phandle_optional(user, c"none".as_ptr()), null_mut());
        assert_eq!(by_phandle_args(user, c"control".as_ptr(), 2, args.as_mut_ptr()), map);
        assert_eq!(args, [4, 5, 0]);
        assert_eq!(by_phandle_args(user, c"short".as_ptr(), 2, args.as_mut_ptr()), Errno::EINVAL.to_ptr());
        assert_eq!(by_phandle_args(user, c"none".as_ptr(), 1, args.as_mut_ptr()), Errno::ENODEV.to_ptr());
        // A node without registers of its own has the map that its driver makes.
        assert_eq!(of_node(own.as_raw()), Errno::EINVAL.to_ptr());
        assert_eq!(of_any_node(own.as_raw()), Errno::EINVAL.to_ptr());
        assert_eq!(register(own.as_raw(), null_mut()), Errno::EINVAL.to_c());
        assert_eq!(register(own.as_raw(), map), 0);
        assert_eq!(register(own.as_raw(), map), Errno::EEXIST.to_c());
        assert_eq!(by_phandle(user, c"own".as_ptr()), map);
        assert_eq!(of_node(null_mut()), Errno::EINVAL.to_ptr());
    }
}
