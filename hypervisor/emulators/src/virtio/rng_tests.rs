// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the entropy device.

use super::device::feature::{EVENT_INDEX, PACKED};
use super::testing::{DATA, Guest};

const RNG: &str = "ferrovisor,device = \"rng\"; ferrovisor,packed;";

#[test]
fn buffers_are_filled_and_no_two_alike() {
    for features in [0, PACKED | EVENT_INDEX] {
        let guest = Guest::try_new(RNG).unwrap();
        assert_eq!(guest.r(8), 4);
        let mut ring = guest.start(features, 64);
        // More than are filled at once.
        for n in 0..40 {
            guest.offer(
                &mut ring,
                &[(DATA + 0x100 * n, 10, true), (DATA + 0x100 * n + 10, 200, true)],
                false,
            );
            if n == 29 {
                break;
            }
        }
        guest.kick(&ring);
        let mut answers = 0;
        while let Some((_, len)) = guest.take(&mut ring) {
            assert_eq!(len, 64);
            answers += 1;
        }
        assert_eq!((answers, guest.interrupt()), (30, 1));
        let all: std::collections::BTreeSet<_> = (0..30).map(|n| guest.get(DATA + 0x100 * n, 64)).collect();
        assert_eq!(all.len(), 30);
        assert_eq!(guest.get(DATA + 64, 16), [0; 16]);
        assert!(guest.dev.info().starts_with("random numbers, 1920 bytes given"));
        guest.offer(&mut ring, &[(DATA, 10, false)], false);
        guest.kick(&ring);
        assert_eq!(guest.r(0x70) & 64, 64);
    }
}

#[test]
fn options_of_disks_are_not_its_own() {
    let text = "ferrovisor,device = \"rng\"; ferrovisor,serial = \"x\";";
    let error = Guest::try_new(text).err().unwrap().to_string();
    assert!(error.contains("'ferrovisor,serial'") && error.contains("virtio rng"), "{error}");
}
