// SPDX-License-Identifier: GPL-2.0-only
//! Prepare and enable counts.

use super::*;

#[test]
fn counts_walk_up_and_come_down() {
    let root = make("gate.root", Kind::Pll(1000), &[], Flags::empty());
    let a = make("gate.a", Kind::Gate, &["gate.root"], Flags::empty());
    let b = make("gate.b", Kind::Gate, &["gate.root"], Flags::empty());
    a.clk.prepare_enable().unwrap();
    a.clk.prepare_enable().unwrap();
    b.clk.prepare_enable().unwrap();
    assert_eq!((root.node.prepare_count(), root.node.enable_count()), (2, 2));
    assert_eq!((a.node.prepare_count(), a.node.enable_count()), (2, 2));
    assert!(root.chip.on.load(Relaxed) && a.chip.on.load(Relaxed) && b.chip.on.load(Relaxed));
    a.clk.disable_unprepare();
    assert!(a.chip.on.load(Relaxed));
    a.clk.disable_unprepare();
    b.clk.disable();
    assert!(!root.chip.on.load(Relaxed));
    assert_eq!(root.chip.prepared.load(Relaxed), 1);
    b.clk.unprepare();
    assert_eq!((root.node.prepare_count(), root.chip.prepared.load(Relaxed)), (0, 0));
    // One too many changes nothing.
    b.clk.disable_unprepare();
    assert_eq!((b.node.prepare_count(), root.node.enable_count()), (0, 0));
}

#[test]
fn a_failure_leaves_no_count_behind() {
    let root = make("fail.root", Kind::Pll(1000), &[], Flags::empty());
    let leaf = make("fail.leaf", Kind::Gate, &["fail.root"], Flags::empty());
    assert_eq!(leaf.clk.enable(), Err(Cause::NotPrepared));
    leaf.chip.fails.store(true, Relaxed);
    assert_eq!(leaf.clk.prepare_enable(), Err(Cause::Driver(5)));
    assert_eq!((root.node.prepare_count(), root.node.enable_count()), (0, 0));
    assert!(!root.chip.on.load(Relaxed));
}

#[test]
fn critical_clocks_run_for_ever() {
    let root = make("crit.root", Kind::Pll(1000), &[], Flags::empty());
    let clk = make("crit", Kind::Gate, &["crit.root"], Flags::IS_CRITICAL);
    assert!(clk.chip.on.load(Relaxed) && root.chip.on.load(Relaxed));
    clk.clk.disable_unprepare();
    assert!(clk.chip.on.load(Relaxed) && root.chip.on.load(Relaxed));
}

#[test]
fn a_running_clock_takes_its_counts_to_the_new_parent() {
    let a = make("move.a", Kind::Pll(100), &[], Flags::empty());
    let b = make("move.b", Kind::Pll(300), &[], Flags::empty());
    let mux = make("move.mux", Kind::Mux, &["move.a", "move.b"], Flags::empty());
    let leaf = make("move.leaf", Kind::Gate, &["move.mux"], Flags::empty());
    leaf.clk.prepare_enable().unwrap();
    mux.clk.set_parent(Some(&b.node)).unwrap();
    assert_eq!((a.node.prepare_count(), a.node.enable_count(), a.chip.on.load(Relaxed)), (0, 0, false));
    assert_eq!((b.node.prepare_count(), b.node.enable_count(), b.chip.on.load(Relaxed)), (1, 1, true));
    assert_eq!((mux.chip.input.load(Relaxed), leaf.clk.rate()), (1, 300));
    // A failing multiplexer leaves all as it was.
    mux.chip.fails.store(true, Relaxed);
    assert_eq!(mux.clk.set_parent(Some(&a.node)), Err(Cause::Driver(5)));
    assert!(b.node.same(mux.clk.parent().as_ref()));
    assert_eq!((a.node.enable_count(), b.node.enable_count(), leaf.clk.rate()), (0, 1, 300));
    assert_eq!(mux.clk.set_parent(Some(&leaf.node)), Err(Cause::Invalid));
    assert!(mux.clk.has_parent(&a.node) && !mux.clk.has_parent(&leaf.node));
}

#[test]
fn gated_parents_and_rates_stay_while_prepared() {
    let _a = make("hold.a", Kind::Fixed(100), &[], Flags::empty());
    let b = make("hold.b", Kind::Fixed(200), &[], Flags::empty());
    let mux = make("hold.mux", Kind::Mux, &["hold.a", "hold.b"], Flags::SET_PARENT_GATE);
    mux.clk.prepare().unwrap();
    assert_eq!(mux.clk.set_parent(Some(&b.node)), Err(Cause::Busy));
    mux.clk.unprepare();
    mux.clk.set_parent(Some(&b.node)).unwrap();
    let pll = make("hold.pll", Kind::Pll(50), &[], Flags::SET_RATE_GATE);
    pll.clk.prepare().unwrap();
    assert_eq!(pll.clk.set_rate(60), Err(Cause::Busy));
    pll.clk.unprepare();
    pll.clk.set_rate(60).unwrap();
    assert_eq!(pll.clk.rate(), 60);
}

#[test]
fn providers_and_listeners_may_call_back() {
    struct Nosy(Arc<ClkNode>, AtomicU64);
    impl RateNotifier for Nosy {
        fn notify(&self, _: &RateChange) -> Verdict {
            let clk = Clk::new(&self.0, "listener");
            clk.prepare_enable().unwrap();
            self.1.store(clk.rate(), Relaxed);
            clk.disable_unprepare();
            Verdict::Fine
        }
    }
    let other = make("nosy.other", Kind::Pll(7), &[], Flags::empty());
    let pll = make("nosy.pll", Kind::Pll(50), &[], Flags::empty());
    let nosy = Arc::new(Nosy(Arc::clone(&other.node), AtomicU64::new(0)));
    pll.node.listen(1, 0, nosy.clone()).unwrap();
    pll.clk.set_rate(60).unwrap();
    assert_eq!(nosy.1.load(Relaxed), 7);
}
