// SPDX-License-Identifier: GPL-2.0-only
//! How the tree comes together: orphans, device tree, reports; and how clocks go.

use super::*;
use crate::dt;

#[test]
fn orphans_find_their_parent() {
    let leaf = make("late.leaf", Kind::Divider(2), &["late.mid"], Flags::empty());
    let mid = make("late.mid", Kind::Gate, &["late.root"], Flags::empty());
    assert!(leaf.node.is_orphan() && mid.node.is_orphan());
    assert_eq!((leaf.clk.rate(), leaf.node.parent().is_some()), (0, true));
    leaf.clk.prepare_enable().unwrap();
    let root = make("late.root", Kind::Pll(100), &[], Flags::empty());
    assert!(!leaf.node.is_orphan() && !mid.node.is_orphan());
    assert_eq!((leaf.clk.rate(), mid.clk.rate()), (50, 100));
    assert_eq!((root.node.prepare_count(), root.node.enable_count()), (1, 1));
    let list = list();
    let at = list.iter().position(|r| r.name == "late.root").unwrap();
    let shown: Vec<_> =
        list[at..at + 3].iter().map(|r| (r.depth, r.name.as_str(), r.rate, r.enabled)).collect();
    assert_eq!(shown, [(0, "late.root", 100, 1), (1, "late.mid", 100, 1), (2, "late.leaf", 50, 1)]);
    assert_eq!(info("late.leaf").unwrap().users, ["test"]);
    assert!(info("late.nothing").is_none());
}

#[test]
fn parents_are_found_by_the_providers_own_number() {
    let parent = chip(Kind::Fixed(77));
    let child = chip(Kind::Gate);
    let mut wants = init("hw.child", Kind::Gate, &[], Flags::empty(), &child);
    // A name that another clock has does not count beside a number.
    let _decoy = make("hw.decoy", Kind::Fixed(1), &[], Flags::empty());
    wants.parents =
        vec![ParentRef { name: Some("hw.decoy".into()), ..ParentRef::hw(HwId(Arc::as_ptr(&parent).addr())) }];
    let clk = register(wants).unwrap();
    assert!(clk.is_orphan());
    register(init("hw.parent", Kind::Fixed(77), &[], Flags::empty(), &parent)).unwrap();
    assert_eq!(clk.rate(), 77);
}

#[test]
fn clocks_that_make_no_sense_are_refused() {
    let one = make("twice", Kind::Fixed(1), &[], Flags::empty());
    let other = chip(Kind::Fixed(1));
    let again = register(init("twice", Kind::Fixed(1), &[], Flags::empty(), &other));
    assert_eq!(again.err(), Some(Cause::Exists));
    let same_hw = register(init("twice.b", Kind::Fixed(1), &[], Flags::empty(), &one.chip));
    assert_eq!(same_hw.err(), Some(Cause::Exists));
    let blind = chip(Kind::Gate);
    let result = register(init("blind", Kind::Gate, &["twice", "twice.b"], Flags::empty(), &blind));
    assert_eq!(result.err(), Some(Cause::Invalid), "two parents and no way to know which");
}

#[test]
fn what_is_unregistered_is_gone_for_consumers() {
    let root = make("gone.root", Kind::Pll(100), &[], Flags::empty());
    let leaf = make("gone.leaf", Kind::Gate, &["gone.root"], Flags::empty());
    assert_eq!(unregister(&root.node), Ok(()));
    assert_eq!(unregister(&root.node), Err(Cause::Gone));
    assert_eq!((leaf.node.is_orphan(), leaf.clk.rate()), (true, 0));
    assert_eq!(root.clk.prepare_enable(), Err(Cause::Gone));
    assert_eq!(root.clk.set_rate(50), Err(Cause::Gone));
    assert_eq!(root.chip.prepared.load(Relaxed), 0);
    assert_eq!(find("gone.root", "test").err(), Some(Cause::NotFound));
    // Its place can be taken by another, and the orphan follows.
    let next = make("gone.root", Kind::Pll(200), &[], Flags::empty());
    assert_eq!(leaf.clk.rate(), 200);
    let ops = Arc::downgrade(&next.chip);
    unregister(&next.node).unwrap();
    unregister(&leaf.node).unwrap();
    drop((next, leaf));
    assert!(ops.upgrade().is_none(), "nothing keeps it in memory");
}

const TREE: &str = r#"/dts-v1/;
/ {
    osc: osc { #clock-cells = <0>; };
    ccu: ccu { #clock-cells = <1>; phandle = <0xc1c00001>; };
    off: off { #clock-cells = <0>; status = "disabled"; };
    uart { clocks = <&ccu 1>, <0>, <&ccu 0>, <&ccu 9>, <&osc>, <&off>;
        clock-names = "bus", "hole", "pll", "none", "osc", "off";
        assigned-clocks = <&ccu 2>, <&ccu 0>, <0>; assigned-clock-parents = <&ccu 0>;
        assigned-clock-rates = <0 640>; };
    broken { clocks = <&ccu>; };
};"#;

struct Ccu(Vec<Arc<ClkNode>>);

impl ClkProvider for Ccu {
    fn clock(&self, args: &[u32]) -> Result<Option<Arc<ClkNode>>> {
        let [index] = args else { return Err(Cause::Invalid) };
        Ok(self.0.get(*index as usize).cloned())
    }
}

#[test]
fn consumers_find_clocks_by_device_tree() {
    let blob = dt::tests::dtb(TREE);
    let fdt = dt::check(&blob).unwrap();
    let uart = dt::find_path(fdt, "/uart").unwrap();
    assert_eq!(get(&uart, Some("bus")).err(), Some(Cause::NotYet));
    let pll = make("dt.pll", Kind::Pll(100), &[], Flags::empty());
    let bus = make("dt.bus", Kind::Gate, &["dt.pll"], Flags::empty());
    let _slow = make("dt.slow", Kind::Fixed(3), &[], Flags::empty());
    let mux = make("dt.mux", Kind::Mux, &["dt.slow", "dt.pll"], Flags::empty());
    let clocks = [&pll, &bus, &mux].map(|m| Arc::clone(&m.node)).to_vec();
    let id = add_provider(0xc1c0_0001, Arc::new(Ccu(clocks)));
    assert_eq!(get(&uart, None).unwrap().name(), "dt.bus");
    assert_eq!(get(&uart, Some("pll")).unwrap().name(), "dt.pll");
    for (name, cause) in [
        ("hole", Cause::NotFound),
        ("none", Cause::NotFound),
        ("osc", Cause::NotYet),
        ("off", Cause::NotFound),
        ("unheard", Cause::NotFound),
    ] {
        assert_eq!(get(&uart, Some(name)).err(), Some(cause), "{name}");
    }
    let broken = dt::find_path(fdt, "/broken").unwrap();
    assert_eq!(get(&broken, None).err(), Some(Cause::NotFound));
    set_defaults(&uart, false).unwrap();
    assert_eq!((mux.chip.input.load(Relaxed), mux.clk.rate(), pll.chip.setting.load(Relaxed)), (1, 640, 640));
    remove_provider(id).unwrap();
    assert_eq!(remove_provider(id), Err(Cause::NotFound));
    assert_eq!(get(&uart, Some("bus")).err(), Some(Cause::NotYet));
}
