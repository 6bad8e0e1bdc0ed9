// SPDX-License-Identifier: GPL-2.0-only
//! Connections between guests: who sent how much, and who has room for how much.
//!
//! A connection stands in the table of the guest that asked for it, so that no guest can use up another's places.

use super::packet::{Header, NO_SEND, op};
use crate::sync::Lock;
use alloc::boxed::Box;
use kernel::time::NS_PER_SEC;

/// Connections that a guest can have asked for at once.
pub(super) const MOST: usize = 64;
/// A request that was not answered for so long makes room for another.
const UNANSWERED_NS: u64 = 10 * NS_PER_SEC;

/// The ends of a connection: of the guest that asked for it, and of the other.
pub(super) const ASKER: usize = 0;
pub(super) const ASKED: usize = 1;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Free,
    /// Asked for.
    Requested,
    Open,
    /// It is over, but not all have been told.
    Over,
}

/// What one end has said and done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    /// The most room that it has ever said it has: the other need not have heard of less yet.
    alloc: u32,
    /// Bytes that it has taken of what the other sent.
    taken: u32,
    /// Bytes that it has sent.
    sent: u32,
    /// Flags of its shutdown.
    shut: u32,
}

/// A connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Connection {
    state: State,
    /// The guest that was asked.
    peer: u64,
    ports: [u32; 2],
    ends: [End; 2],
    /// Which ends are to be told that it is over.
    due: [bool; 2],
    since: u64,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on.
    Forward,
    /// Its sender is told that there is no such connection.
    Refuse,
    /// Both are told so.
    Break,
    /// Nothing.
    Drop,
}

/// What an end says of its room is taken note of; `false` if it cannot be: it has taken more than it was sent.
pub(super) fn learn(end: &mut End, sent: u32, header: &Header) -> bool {
    let news = header.fwd_cnt.wrapping_sub(end.taken);
    if news <= sent.wrapping_sub(end.taken) {
        end.taken = header.fwd_cnt;
    } else if (news as i32) >= 0 {
        return false;
    }
    // Else it is older than what was said before: drivers put packets together in one order and send them in another.
    end.alloc = end.alloc.max(header.buf_alloc);
    true
}

/// How many bytes may be sent to an end that was sent `sent`.
pub(super) fn credit(end: &End, sent: u32) -> u32 {
    end.alloc.saturating_sub(sent.wrapping_sub(end.taken))
}

impl Connection {
    /// Looks at a packet from end `from`, of whose data `bytes` are about to go on.
    fn judge(&mut self, from: usize, header: &Header, bytes: u32) -> Verdict {
        let [asker, asked] = &mut self.ends;
        let (me, other) = if from == ASKER { (asker, asked) } else { (asked, asker) };
        let good = match (header.op, self.state) {
            (op::RST, _) => {
                *self = Self::default();
                return Verdict::Forward;
            }
            // It exists already.
            (op::REQUEST, _) => return Verdict::Refuse,
            (op::RESPONSE, State::Requested) => from == ASKED,
            (op::SHUTDOWN | op::CREDIT_UPDATE | op::CREDIT_REQUEST, State::Open) => true,
            (op::RW, State::Open) => me.shut & NO_SEND == 0 && bytes <= credit(other, me.sent),
            _ => false,
        };
        if !good || !learn(me, other.sent, header) {
            *self = Self::default();
            return Verdict::Break;
        }
        match header.op {
            op::RESPONSE => self.state = State::Open,
            op::SHUTDOWN => me.shut |= header.flags,
            op::RW => me.sent = me.sent.wrapping_add(bytes),
            _ => (),
        }
        Verdict::Forward
    }

    fn is_used(&self) -> bool {
        matches!(self.state, State::Requested | State::Open)
    }

    /// It is over; these ends are to be told so.
    fn end(&mut self, tell: [bool; 2]) {
        self.state = State::Over;
        self.due = tell;
    }

    /// An end was told, or is there no more.
    fn settle(&mut self, end: usize) {
        self.due.get_mut(end).into_iter().for_each(|due| *due = false);
        if self.state == State::Over && self.due == [false; 2] {
            *self = Self::default();
        }
    }
}

/// The connections that one guest asked for.
pub(super) struct Table(Lock<Box<[Connection]>>);

impl Table {
    /// None. Context: may allocate.
    pub(super) fn new() -> Self {
        Self(Lock::new(alloc::vec![Connection::default(); MOST].into_boxed_slice()))
    }

    /// Looks at a packet that the asker (`from`: [`ASKER`]) sends to `peer` or gets from it; `None` if there is no such
    /// connection.
    pub(super) fn judge(&self, from: usize, peer: u64, header: &Header, bytes: u32) -> Option<Verdict> {
        let ports = match from {
            ASKER => [header.src_port, header.dst_port],
            _ => [header.dst_port, header.src_port],
        };
        let mut all = self.0.lock();
        let found = all.iter_mut().find(|one| one.is_used() && one.peer == peer && one.ports == ports);
        found.map(|one| one.judge(from, header, bytes))
    }

    /// A connection is asked for; says whether there is a place for it.
    pub(super) fn open(&self, header: &Header, now: u64) -> bool {
        let mut all = self.0.lock();
        let stale = |one: &Connection| {
            one.state == State::Free
                || one.state == State::Requested && now.saturating_sub(one.since) > UNANSWERED_NS
        };
        let free = all.iter().position(|one| one.state == State::Free);
        let place = free.or_else(|| all.iter().position(stale));
        let mut asker = End::default();
        let Some(one) = place.and_then(|place| all.get_mut(place)) else { return false };
        if !learn(&mut asker, 0, header) {
            return false;
        }
        let ends = [asker, End::default()];
        let ports = [header.src_port, header.dst_port];
        *one = Connection {
            state: State::Requested,
            peer: header.dst_cid,
            ports,
            ends,
            due: [false; 2],
            since: now,
        };
        true
    }

    /// End `gone` (of `peer`) of all its connections is there no more; says whether the other is to be told.
    pub(super) fn leave(&self, gone: usize, peer: u64) -> bool {
        let mut tell = false;
        for one in self.0.lock().iter_mut().filter(|one| one.peer == peer) {
            if one.is_used() {
                one.end([gone == ASKED, gone == ASKER]);
                tell = true;
            } else {
                one.settle(gone);
            }
        }
        tell
    }

    /// All its connections with `peer` are over; both ends are to be told. Says whether there were any.
    pub(super) fn cut(&self, peer: u64) -> bool {
        let mut all = self.0.lock();
        let mut cut = false;
        for one in all.iter_mut().filter(|one| one.peer == peer && one.is_used()) {
            one.end([true; 2]);
            cut = true;
        }
        cut
    }

    /// Has `tell` tell end `end` (with `peer` as the other than the asker) what is over: `[its port, the other's]`. `tell` says
    /// whether it could; `false` from here if it could not.
    pub(super) fn settle(&self, end: usize, peer: u64, mut tell: impl FnMut([u32; 2]) -> bool) -> bool {
        for one in self.0.lock().iter_mut().filter(|one| one.peer == peer) {
            if one.due.get(end).copied().unwrap_or(false) {
                let [asker, asked] = one.ports;
                if !tell(if end == ASKER { [asker, asked] } else { [asked, asker] }) {
                    return false;
                }
                one.settle(end);
            }
        }
        true
    }

    /// Connections that are in use, and those that are over but not everywhere.
    pub(super) fn count(&self) -> (usize, usize) {
        let all = self.0.lock();
        let over = all.iter().filter(|one| one.state == State::Over).count();
        (all.iter().filter(|one| one.is_used()).count(), over)
    }
}
