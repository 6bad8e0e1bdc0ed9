// SPDX-License-Identifier: GPL-2.0-only
//! Virtual switches: they learn which station is behind which port and send frames where they belong.
//!
//! A frame's way is decided under the switch's lock; the receivers take it after that, on the sender's CPU. A switch neither
//! queues nor copies: a receiver without room loses the frame, as on a wire.

use super::Mac;
use super::fdb::{Fdb, Learnt, Station};
use super::frame::Frame;
use super::limit::Limit;
use super::port::{Dropped, Endpoint, MAX_PORTS, Port, PortConfig};
use super::vlan::{VIDS, Vlans};
use crate::sync::Lock;
use crate::{Error, Result};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;
use kernel::sync::Mutex;
use kernel::time::{NS_PER_SEC, now_ns};

/// How long a station is known without being heard: 300 s (IEEE 802.1Q-2018, table 8-11).
pub const AGEING_NS: u64 = 300 * NS_PER_SEC;

/// Which frames a mirror port sees copies of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The port that sees them. It gets no other frames.
    pub to: String,
    /// Ports whose frames are seen; all for none.
    pub of: Vec<String>,
    /// Those that come in by the ports.
    pub incoming: bool,
    /// Those that go out by the ports.
    pub outgoing: bool,
}

/// A mirror with ports as bits.
#[derive(Clone, Copy)]
struct Mirroring {
    to: u8,
    incoming: u64,
    outgoing: u64,
}

/// Where frames between two stations went last.
struct Flow {
    addresses: [u64; 2],
    port: Arc<Port>,
    /// When it has to be found out again, in ns: before either station is forgotten.
    until: u64,
    /// [`State::moves`] as it was; [`State::news`] too, if nobody knew the receiver.
    moves: u32,
    news: Option<u32>,
}

/// Flows of a port that are remembered; a power of two.
const FLOWS: usize = 8;

/// A port, its limits, and where its frames went.
struct Place {
    port: Arc<Port>,
    flows: [Option<Flow>; FLOWS],
    ingress: Option<Limit>,
    egress: Option<Limit>,
    storm: Option<Limit>,
}

struct State {
    places: Vec<Option<Place>>,
    /// Bits of the ports that are there.
    used: u64,
    isolated: u64,
    /// Those that frames for unknown stations go to.
    flooded: u64,
    fdb: Fdb,
    mirror: Option<Mirroring>,
    /// Count stations that moved to another port, and those that were heard for the first time.
    moves: u32,
    news: u32,
}

/// A virtual switch.
pub struct Switch {
    name: String,
    state: Lock<State>,
}

static SWITCHES: Mutex<Vec<Arc<Switch>>> = Mutex::new(Vec::new());

/// All switches. Context: may sleep.
pub fn list() -> Vec<Arc<Switch>> {
    SWITCHES.lock().clone()
}

/// The switch of this name. Context: may sleep.
///
/// # Errors
/// There is none.
pub fn find(name: &str) -> Result<Arc<Switch>> {
    let all = SWITCHES.lock();
    all.iter().find(|switch| switch.name == name).cloned().ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|switch| switch.name.as_str()).collect();
        Error::NoSwitch { name: name.to_string(), known: known.join(", ") }
    })
}

/// The switch of this name, made if there is none. Context: may sleep.
pub fn find_or_make(name: &str) -> Arc<Switch> {
    let mut all = SWITCHES.lock();
    if let Some(switch) = all.iter().find(|switch| switch.name == name) {
        return switch.clone();
    }
    let switch = Arc::new(Switch::new(name));
    all.push(switch.clone());
    switch
}

fn bit(index: u8) -> u64 {
    1 << (index % MAX_PORTS as u8)
}

/// The ports of a set of bits, lowest first.
fn indices(mut bits: u64) -> impl Iterator<Item = u8> {
    core::iter::from_fn(move || {
        let index = bits.trailing_zeros() as u8;
        (bits != 0).then(|| {
            bits &= bits - 1;
            index
        })
    })
}

/// Where a frame goes.
#[derive(Default)]
struct Way {
    /// The only receiver, mostly.
    one: Option<Arc<Port>>,
    more: Vec<Arc<Port>>,
    /// Sees a copy; with whether as it came in rather than as it goes out.
    mirror: Option<Arc<Port>>,
    vid: u16,
}

/// The place of a flow among those of its port.
#[inline]
fn slot(frame: &Frame<'_>) -> usize {
    let [a, b] = frame.addresses();
    // The last bytes of both.
    (a >> 40 ^ b >> 24) as usize % FLOWS
}

impl Way {
    fn add(&mut self, port: &Arc<Port>) {
        match self.one {
            None => self.one = Some(port.clone()),
            Some(_) => self.more.push(port.clone()),
        }
    }
}

impl State {
    fn place(&mut self, index: u8) -> Option<&mut Place> {
        self.places.get_mut(usize::from(index)).and_then(Option::as_mut)
    }

    /// The port that frames as this one go to, if that is remembered and nothing has changed since.
    #[inline]
    fn flow(&self, from: &Port, frame: &Frame<'_>, now: u64) -> Option<Arc<Port>> {
        let place = self.places.get(usize::from(from.index))?.as_ref()?;
        let flow = place.flows.get(slot(frame))?.as_ref()?;
        let same = flow.addresses == frame.addresses();
        let fresh = now < flow.until && flow.moves == self.moves && flow.news.is_none_or(|n| n == self.news);
        (same && fresh && core::ptr::eq(&*place.port, from)).then(|| flow.port.clone())
    }

    /// Forgets all flows: what they rest on has changed.
    fn forget_flows(&mut self) {
        self.places.iter_mut().flatten().for_each(|place| place.flows = Default::default());
    }

    /// Remembers where a frame goes for as long as what has been found stays so, if others like it need no more than that: no
    /// VLANs, limits or mirrors. The sender is heard again before it is forgotten. `left`: for how many ns the receiver is known.
    fn remember(&mut self, from: &Port, frame: &Frame<'_>, port: &Arc<Port>, now: u64, left: Option<u64>) {
        let plain = |place: &mut Place| {
            let transparent = matches!(place.port.config.vlans, Vlans::Transparent);
            transparent && place.ingress.is_none() && place.egress.is_none() && place.storm.is_none()
        };
        if self.mirror.is_some() || !self.place(port.index).is_some_and(plain) {
            return;
        }
        let until = now.saturating_add(left.unwrap_or(u64::MAX).min(self.fdb.ageing_ns() / 4));
        let unknown = left.is_none() && !frame.is_for_group();
        let (moves, news) = (self.moves, unknown.then_some(self.news));
        if let Some(place) = self.place(from.index)
            && plain(place)
            && let Some(slot) = place.flows.get_mut(slot(frame))
        {
            *slot = Some(Flow { addresses: frame.addresses(), port: port.clone(), until, moves, news });
        }
    }

    /// Decides where a frame from a port goes; or why nowhere.
    fn way(&mut self, from: &Port, frame: &Frame<'_>, now: u64, way: &mut Way) -> Result<(), Dropped> {
        let len = frame.len() as u64;
        let place = self.place(from.index).filter(|place| core::ptr::eq(&*place.port, from));
        let place = place.ok_or(Dropped::Malformed)?;
        let vid = from.config.vlans.entered(frame).ok_or(Dropped::Vlan)?;
        if place.ingress.as_mut().is_some_and(|limit| !limit.take(now, len)) {
            return Err(Dropped::Rate);
        }
        if !frame.source().is_station() || frame.destination().is_link_local() {
            return Err(Dropped::Malformed);
        }
        if from.config.station.is_some_and(|only| only != frame.source()) {
            return Err(Dropped::Station);
        }
        let learnt = self.fdb.learn(frame.source(), vid, from.index, now);
        match learnt {
            Learnt::Elsewhere => return Err(Dropped::Station),
            Learnt::New => self.news = self.news.wrapping_add(1),
            Learnt::Moved => self.moves = self.moves.wrapping_add(1),
            Learnt::Known | Learnt::Full => {}
        }
        let known = match frame.is_for_group() {
            true => None,
            false => self.fdb.find(frame.destination(), vid, now),
        };
        let mut to = match known {
            Some((port, _)) => bit(port) & self.used,
            None => {
                let place = self.place(from.index).ok_or(Dropped::Malformed)?;
                if place.storm.as_mut().is_some_and(|limit| !limit.take(now, 1)) {
                    return Err(Dropped::Storm);
                }
                if frame.is_for_group() { self.used } else { self.flooded }
            }
        };
        to &= !bit(from.index);
        if self.isolated & bit(from.index) != 0 {
            to &= !self.isolated;
        }
        if let Some(mirror) = self.mirror {
            to &= !bit(mirror.to);
        }
        way.vid = vid;
        let (mut reached, mut held) = (0, false);
        for index in indices(to) {
            let Some(place) = self.place(index) else { continue };
            if !place.port.config.vlans.contains(vid) {
                continue;
            }
            if place.egress.as_mut().is_some_and(|limit| !limit.take(now, len)) {
                place.port.drop_frame(Dropped::Rate);
                held = true;
                continue;
            }
            reached |= bit(index);
            way.add(&place.port);
        }
        if let Some(mirror) = self.mirror
            && (mirror.incoming & bit(from.index) | mirror.outgoing & reached) != 0
        {
            way.mirror = self.place(mirror.to).map(|place| place.port.clone());
        }
        if let Some(port) = &way.one
            && way.more.is_empty()
            && learnt != Learnt::Full
            && !held
        {
            self.remember(from, frame, port, now, known.map(|(_, left)| left));
        }
        Ok(())
    }

    fn by_name(&self, name: &str) -> Option<&Arc<Port>> {
        self.places.iter().flatten().map(|place| &place.port).find(|port| port.name() == name)
    }

    fn ports(&self) -> Vec<Arc<Port>> {
        self.places.iter().flatten().map(|place| place.port.clone()).collect()
    }
}

impl Switch {
    /// A switch without ports, which nobody finds by name. Context: may allocate.
    pub fn new(name: &str) -> Self {
        let state = State {
            places: Vec::new(),
            used: 0,
            isolated: 0,
            flooded: 0,
            fdb: Fdb::new(AGEING_NS),
            mirror: None,
            moves: 0,
            news: 0,
        };
        Self { name: name.into(), state: Lock::new(state) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Attaches a port. Context: may allocate.
    ///
    /// # Errors
    /// There are [`MAX_PORTS`] ports, one of this name, or its configuration contradicts itself.
    pub fn attach(&self, config: PortConfig, endpoint: Arc<dyn Endpoint>) -> Result<Arc<Port>> {
        let refused = |why: &'static str| {
            Err(Error::Port { switch: self.name.clone(), port: config.name.clone(), why })
        };
        let vids_are_good = match &config.vlans {
            Vlans::Transparent => true,
            Vlans::Access(vid) => VIDS.contains(vid),
            Vlans::Trunk { tagged, native } => {
                let range =
                    |r: &core::ops::RangeInclusive<u16>| VIDS.contains(r.start()) && VIDS.contains(r.end());
                native.is_none_or(|vid| VIDS.contains(&vid)) && tagged.iter().all(range)
            }
        };
        if !vids_are_good {
            return refused("VLANs have numbers from 1 to 4094");
        }
        if config.station.is_some_and(|mac| !mac.is_station()) {
            return refused("its address is that of a group, or zero");
        }
        let mut state = self.state.lock();
        if state.by_name(&config.name).is_some() {
            drop(state);
            return refused("there is a port of this name already");
        }
        let free = (!state.used).trailing_zeros();
        if free as usize >= MAX_PORTS {
            drop(state);
            return refused("the switch has 64 ports already");
        }
        let index = free as u8;
        state.used |= bit(index);
        if config.isolated {
            state.isolated |= bit(index);
        }
        if config.flood {
            state.flooded |= bit(index);
        }
        let limit = |rate: Option<_>| rate.map(Limit::new);
        let (ingress, egress, storm) = (limit(config.ingress), limit(config.egress), limit(config.storm));
        let port = Arc::new(Port {
            config,
            index,
            endpoint,
            counts: Default::default(),
            closed: Default::default(),
        });
        let place = Place { port: port.clone(), flows: Default::default(), ingress, egress, storm };
        let at = usize::from(index);
        if state.places.len() <= at {
            state.places.resize_with(at + 1, || None);
        }
        if let Some(slot) = state.places.get_mut(at) {
            *slot = Some(place);
        }
        state.forget_flows();
        Ok(port)
    }

    /// Takes a port off; its stations are forgotten. A frame that is on its way to it on another CPU may still come. Context:
    /// may allocate.
    pub fn detach(&self, port: &Port) {
        port.closed.store(true, Relaxed);
        let gone = {
            let mut state = self.state.lock();
            let here = state.place(port.index).is_some_and(|place| core::ptr::eq(&*place.port, port));
            if !here {
                return;
            }
            let mask = !bit(port.index);
            state.used &= mask;
            state.isolated &= mask;
            state.flooded &= mask;
            if state.mirror.is_some_and(|mirror| mirror.to == port.index) {
                state.mirror = None;
            }
            state.fdb.forget(|station| station.port == port.index, 0);
            state.forget_flows();
            state.places.get_mut(usize::from(port.index)).and_then(Option::take)
        };
        // Maybe the last reference: not under the lock.
        drop(gone);
    }

    /// A frame comes in by a port. Says how many ports it was handed to. Context: atomic; no lock that a receiver takes may be
    /// held.
    #[inline(always)]
    pub fn transmit(&self, from: &Port, frame: &Frame<'_>) -> usize {
        let counts = &from.counts;
        counts.frames_in.fetch_add(1, Relaxed);
        counts.bytes_in.fetch_add(frame.len() as u64, Relaxed);
        if frame.is_for_group() {
            counts.groups_in.fetch_add(1, Relaxed);
        }
        let now = now_ns();
        let flow = self.state.with(|state| state.flow(from, frame, now));
        let Some(port) = flow else { return self.transmit_anew(from, frame, now) };
        port.deliver(frame);
        1
    }

    /// [`transmit`](Self::transmit) of a frame that is not known to be as another before it.
    #[inline(never)]
    fn transmit_anew(&self, from: &Port, frame: &Frame<'_>, now: u64) -> usize {
        let mut way = Way::default();
        let found = self.state.lock().way(from, frame, now, &mut way);
        if let Err(why) = found {
            from.drop_frame(why);
            return 0;
        }
        for port in way.one.iter().chain(&way.more) {
            match port.config.vlans {
                Vlans::Transparent => port.deliver(frame),
                _ => port.deliver(&port.config.vlans.left(*frame, way.vid)),
            }
        }
        let count = usize::from(way.one.is_some()) + way.more.len() + usize::from(way.mirror.is_some());
        if let Some(port) = way.mirror {
            // With its VLAN, wherever it goes.
            let vid = Some(way.vid).filter(|&vid| vid != 0);
            port.deliver(&if vid.is_some() { frame.with_vid(vid) } else { *frame });
        }
        count
    }

    /// The ports. Context: may allocate.
    pub fn ports(&self) -> Vec<Arc<Port>> {
        self.state.lock().ports()
    }

    /// The stations that are known. Context: may allocate.
    pub fn stations(&self) -> Vec<Station> {
        self.state.lock().fdb.stations(now_ns())
    }

    /// How long a station is known without being heard, in ns. Context: any.
    pub fn ageing_ns(&self) -> u64 {
        self.state.lock().fdb.ageing_ns()
    }

    /// Sets [`ageing_ns`](Self::ageing_ns). Context: any.
    pub fn set_ageing(&self, ns: u64) {
        let mut state = self.state.lock();
        state.fdb.set_ageing(ns);
        state.forget_flows();
    }

    /// Has a station be behind a port for good. Context: any.
    ///
    /// # Errors
    /// It is none, or there is no room for it.
    pub fn set_station(&self, port: &Port, mac: Mac, vid: u16) -> Result<()> {
        let refused =
            |why: &'static str| Error::Port { switch: self.name.clone(), port: port.name().into(), why };
        if !mac.is_station() {
            return Err(refused("an address of a group, or zero, cannot be behind one port"));
        }
        let mut state = self.state.lock();
        let there = state.fdb.set(mac, vid, port.index);
        state.forget_flows();
        drop(state);
        match there {
            true => Ok(()),
            false => Err(refused("there is no room for the station")),
        }
    }

    /// Forgets the stations that were learnt; those that were set stay. Returns how many. Context: any.
    pub fn forget_stations(&self) -> usize {
        let mut state = self.state.lock();
        state.forget_flows();
        state.fdb.forget(|station| station.age_ns.is_some(), 0)
    }

    /// Has a port see copies of frames, or none do any more. Context: may allocate.
    ///
    /// # Errors
    /// A port does not exist, or is to see itself.
    pub fn set_mirror(&self, mirror: Option<&Mirror>) -> Result<()> {
        let mut state = self.state.lock();
        state.forget_flows();
        let Some(mirror) = mirror else {
            state.mirror = None;
            return Ok(());
        };
        let index = |name: &str| state.by_name(name).map(|port| port.index);
        let refused =
            |port: &str, why: &'static str| Error::Port { switch: self.name.clone(), port: port.into(), why };
        const NONE: &str = "there is no such port";
        let to = index(&mirror.to);
        let mut of = 0;
        let mut missing = to.is_none().then_some(mirror.to.as_str());
        for name in &mirror.of {
            match index(name) {
                Some(port) => of |= bit(port),
                None => missing = Some(name),
            }
        }
        let all = if mirror.of.is_empty() { u64::MAX } else { of };
        let result = match (missing, to) {
            (None, Some(to)) if of & bit(to) == 0 => {
                let of = all & !bit(to);
                let part = |wanted| if wanted { of } else { 0 };
                state.mirror =
                    Some(Mirroring { to, incoming: part(mirror.incoming), outgoing: part(mirror.outgoing) });
                return Ok(());
            }
            (None, _) => (mirror.to.as_str(), "a port cannot see copies of its own frames"),
            (Some(name), _) => (name, NONE),
        };
        drop(state);
        Err(refused(result.0, result.1))
    }

    /// The mirror. Context: may allocate.
    pub fn mirror(&self) -> Option<Mirror> {
        let state = self.state.lock();
        let mirror = state.mirror?;
        let name = |index: u8| {
            let place = state.places.get(usize::from(index)).and_then(Option::as_ref);
            place.map(|place| place.port.name().to_string()).unwrap_or_default()
        };
        let of = mirror.incoming | mirror.outgoing;
        let all = of == !bit(mirror.to);
        Some(Mirror {
            to: name(mirror.to),
            of: if all { Vec::new() } else { indices(of & state.used).map(name).collect() },
            incoming: mirror.incoming != 0,
            outgoing: mirror.outgoing != 0,
        })
    }
}

impl fmt::Debug for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Switch({})", self.name)
    }
}
