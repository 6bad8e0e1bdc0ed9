// SPDX-License-Identifier: GPL-2.0-only
//! Rates, limits, protection and listeners.

use super::*;

type Heard = Vec<(u32, Event, u64, u64)>;

/// Notes what it hears, and objects if it is to.
struct Ear {
    heard: Arc<Mutex<Heard>>,
    number: u32,
    objects: AtomicBool,
}

impl RateNotifier for Ear {
    fn notify(&self, c: &RateChange) -> Verdict {
        self.heard.lock().unwrap().push((self.number, c.event, c.old, c.new));
        if c.event == Event::Before && self.objects.load(Relaxed) { Verdict::Stop } else { Verdict::Fine }
    }
}

#[test]
fn a_rate_goes_down_the_tree() {
    let pll = make("down.pll", Kind::Pll(1200), &[], Flags::empty());
    let half = make("down.half", Kind::Divider(2), &["down.pll"], Flags::empty());
    let leaf = make("down.leaf", Kind::Gate, &["down.half"], Flags::empty());
    assert_eq!((half.clk.rate(), leaf.clk.rate()), (600, 600));
    pll.clk.set_rate(800).unwrap();
    assert_eq!((half.clk.rate(), leaf.clk.rate()), (400, 400));
    assert_eq!(half.clk.round_rate(300), Ok(266));
    half.clk.set_rate(300).unwrap();
    assert_eq!((half.chip.setting.load(Relaxed), leaf.clk.rate()), (3, 266));
    // A gate that does not pass requests on cannot change, and rounds to what it has.
    assert_eq!((leaf.clk.round_rate(100), leaf.clk.set_rate(100)), (Ok(266), Ok(())));
    assert_eq!(leaf.clk.rate(), 266);
}

#[test]
fn a_request_goes_up_to_who_can_fulfil_it() {
    let pll = make("up.pll", Kind::Pll(1200), &[], Flags::empty());
    let half = make("up.half", Kind::Divider(2), &["up.pll"], Flags::SET_RATE_PARENT);
    let other = make("up.other", Kind::Divider(4), &["up.pll"], Flags::empty());
    let leaf = make("up.leaf", Kind::Gate, &["up.half"], Flags::SET_RATE_PARENT);
    leaf.clk.set_rate(500).unwrap();
    assert_eq!((pll.clk.rate(), half.clk.rate(), leaf.clk.rate(), other.clk.rate()), (1000, 500, 500, 250));
    assert_eq!(*pll.chip.written.lock().unwrap(), [1000]);
    // A sibling is set for the rate that its divider makes of the new one.
    assert_eq!(*other.chip.written.lock().unwrap(), [4]);
}

#[test]
fn a_multiplexer_takes_the_best_parent() {
    let _a = make("mux.a", Kind::Fixed(100), &[], Flags::empty());
    let b = make("mux.b", Kind::Fixed(250), &[], Flags::empty());
    let _c = make("mux.c", Kind::Fixed(400), &[], Flags::empty());
    let names = ["mux.a", "mux.b", "mux.c", "mux.absent"];
    let mux = make("mux", Kind::Mux, &names, Flags::empty());
    let leaf = make("mux.leaf", Kind::Gate, &["mux"], Flags::SET_RATE_PARENT);
    assert_eq!(leaf.clk.round_rate(399), Ok(250));
    leaf.clk.set_rate(399).unwrap();
    assert_eq!((mux.chip.input.load(Relaxed), leaf.clk.rate()), (1, 250));
    assert!(b.node.same(mux.clk.parent().as_ref()));
    assert_eq!(mux.clk.set_rate(99), Err(Cause::Invalid));
    let mut request = hw::new_request(&mux.node, 330);
    hw::mux_determine(&mux.node, &mut request, true).unwrap();
    assert_eq!(request.rate, 400);
    let stays = make("mux.stays", Kind::Mux, &names, Flags::SET_RATE_NO_REPARENT);
    assert_eq!(stays.clk.round_rate(400), Ok(100));
}

#[test]
fn listeners_are_asked_and_told_in_order() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = |number| Arc::new(Ear { heard: heard.clone(), number, objects: AtomicBool::new(false) });
    let pll = make("ear.pll", Kind::Pll(100), &[], Flags::empty());
    let leaf = make("ear.leaf", Kind::Divider(2), &["ear.pll"], Flags::empty());
    let (low, high, below) = (ear(1), ear(2), ear(3));
    pll.node.listen(1, 0, low.clone()).unwrap();
    pll.node.listen(2, 5, high.clone()).unwrap();
    leaf.node.listen(3, 0, below.clone()).unwrap();
    assert_eq!(pll.node.listen(2, 0, low.clone()), Err(Cause::Exists));
    pll.clk.set_rate(200).unwrap();
    use Event::*;
    let (pll_up, leaf_up) = ((100, 200), (50, 100));
    let expected = [
        (2, Before, pll_up),
        (1, Before, pll_up),
        (3, Before, leaf_up),
        (2, After, pll_up),
        (1, After, pll_up),
        (3, After, leaf_up),
    ];
    let flat = |list: &[(u32, Event, (u64, u64))]| {
        list.iter().map(|(n, e, (o, w))| (*n, *e, *o, *w)).collect::<Vec<_>>()
    };
    assert_eq!(core::mem::take(&mut *heard.lock().unwrap()), flat(&expected));
    below.objects.store(true, Relaxed);
    assert_eq!(pll.clk.set_rate(400), Err(Cause::Busy));
    assert_eq!((pll.clk.rate(), pll.chip.setting.load(Relaxed)), (200, 200));
    assert_eq!(heard.lock().unwrap().iter().filter(|h| h.1 == Abort).count(), 3);
    leaf.node.unlisten(3).unwrap();
    assert_eq!(leaf.node.unlisten(3), Err(Cause::NotFound));
    pll.clk.set_rate(400).unwrap();
    assert_eq!(leaf.clk.rate(), 200);
}

#[test]
fn limits_of_all_consumers_hold() {
    let pll = make("limit.pll", Kind::Pll(500), &[], Flags::empty());
    let (a, b) = (Clk::new(&pll.node, "a"), Clk::new(&pll.node, "b"));
    a.set_rate_range(600, 900).unwrap();
    assert_eq!(pll.clk.rate(), 600);
    b.set_rate_range(0, 700).unwrap();
    assert_eq!(b.set_rate_range(1000, 2000), Err(Cause::Invalid));
    assert_eq!(b.set_rate_range(5, 4), Err(Cause::Invalid));
    assert_eq!((b.rate_range(), pll.clk.boundaries()), ((0, 700), (600, 700)));
    pll.clk.set_rate(5000).unwrap();
    assert_eq!(pll.clk.rate(), 700);
    drop(b);
    assert_eq!(pll.clk.rate(), 900, "what was asked for comes true as far as it may now");
    drop(a);
    assert_eq!(pll.clk.rate(), 5000);
    hw::set_boundaries(&pll.node, 10, 20);
    assert_eq!(pll.clk.round_rate(100), Ok(20));
}

#[test]
fn one_consumer_keeps_the_rate_for_itself() {
    let pll = make("excl.pll", Kind::Pll(500), &[], Flags::empty());
    let leaf = make("excl.leaf", Kind::Divider(1), &["excl.pll"], Flags::empty());
    let owner = Clk::new(&leaf.node, "owner");
    owner.set_rate_exclusive(250).unwrap();
    assert_eq!((pll.node.protect_count(), leaf.node.protect_count()), (1, 1));
    assert_eq!(pll.clk.set_rate(100), Err(Cause::Busy));
    assert_eq!(leaf.clk.set_rate(100), Err(Cause::Busy));
    owner.set_rate(125).unwrap();
    assert_eq!(leaf.clk.rate(), 125);
    owner.exclusive_get();
    assert_eq!(owner.set_rate(100), Err(Cause::Busy), "twice is for good");
    owner.exclusive_put();
    drop(owner);
    assert_eq!(pll.node.protect_count(), 0);
    pll.clk.set_rate(100).unwrap();
}

#[test]
fn rates_that_change_by_themselves_are_read_each_time() {
    let cached = make("cache.yes", Kind::Pll(5), &[], Flags::empty());
    let fresh = make("cache.no", Kind::Pll(5), &[], Flags::GET_RATE_NOCACHE);
    for made in [&cached, &fresh] {
        made.chip.setting.store(6, Relaxed);
    }
    assert_eq!((cached.clk.rate(), fresh.clk.rate()), (5, 6));
}

#[test]
fn phase_and_duty() {
    let root = make("phase.root", Kind::Pll(5), &[], Flags::empty());
    let clk = make("phase", Kind::Gate, &["phase.root"], Flags::DUTY_CYCLE_PARENT);
    clk.clk.set_phase(-90).unwrap();
    assert_eq!((clk.chip.phase.load(Relaxed), clk.clk.phase()), (270, Ok(270)));
    assert_eq!(root.clk.set_phase(90), Err(Cause::Invalid));
    assert_eq!(clk.clk.duty_cycle(), Ok(Duty { num: 1, den: 2 }));
    assert_eq!(clk.clk.set_duty_cycle(Duty { num: 3, den: 2 }), Err(Cause::Invalid));
    assert_eq!(clk.clk.set_duty_cycle(Duty { num: 1, den: 4 }), Err(Cause::Invalid), "nobody can do it");
    let own = Clk::new(&clk.node, "own");
    own.exclusive_get();
    assert_eq!(clk.clk.set_phase(0), Err(Cause::Busy));
    own.set_phase(0).unwrap();
    own.exclusive_put();
}
