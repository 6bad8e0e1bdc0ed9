// SPDX-License-Identifier: GPL-2.0-only
//! Networks of socket devices: which guests can reach each other.

use super::Station;
use super::table::Table;
use crate::sync::Lock;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use kernel::sync::Mutex;

/// Guests of a network at most: as many as a word has bits.
const MOST: usize = 64;

/// A guest's place; it stays after the guest as long as others are to be told that connections are over.
struct Place {
    cid: u64,
    station: Option<Arc<Station>>,
    table: Arc<Table>,
}

/// A network; one without a name has one guest.
pub(super) struct Network {
    pub(super) name: String,
    places: Lock<Vec<Option<Place>>>,
}

static NETWORKS: Mutex<Vec<Arc<Network>>> = Mutex::new(Vec::new());

/// The network `name`, made if there is none, with a place in it for `cid`, once the station is there. Context: orphan; may
/// sleep.
///
/// # Errors
/// In words.
pub(super) fn join(
    name: &str,
    cid: u64,
    make: impl FnOnce(Arc<Network>, usize) -> Arc<Station>,
) -> Result<Arc<Station>, String> {
    let mut all = NETWORKS.lock();
    if all.iter().any(|network| network.places.lock().iter().flatten().any(|place| place.is(cid))) {
        return Err(format!("another guest's socket device has CID {cid} already"));
    }
    let known = all.iter().find(|network| !name.is_empty() && network.name == name).cloned();
    let network = known.unwrap_or_else(|| {
        let places = Lock::new(Vec::from_iter((0..MOST).map(|_| None)));
        let network = Arc::new(Network { name: name.into(), places });
        all.push(network.clone());
        network
    });
    let free = network.places.lock().iter().position(Option::is_none);
    let Some(index) = free else {
        return Err(format!("the vsock network \"{name}\" has {MOST} guests already"));
    };
    let station = make(network.clone(), index);
    let place = Place { cid, station: Some(station.clone()), table: station.table.clone() };
    if let Some(free) = network.places.lock().get_mut(index) {
        *free = Some(place);
    }
    Ok(station)
}

/// Forgets networks in which nobody is. Context: orphan; may sleep.
pub(super) fn tidy() {
    NETWORKS.lock().retain(|network| network.places.lock().iter().any(Option::is_some));
}

impl Place {
    fn is(&self, cid: u64) -> bool {
        self.cid == cid && self.station.is_some()
    }
}

impl Network {
    /// The guest that has this number. Context: any.
    pub(super) fn find(&self, cid: u64) -> Option<Arc<Station>> {
        let places = self.places.lock();
        places.iter().flatten().find(|place| place.is(cid)).and_then(|place| place.station.clone())
    }

    /// The guest at a place. Context: any.
    pub(super) fn station(&self, index: usize) -> Option<Arc<Station>> {
        self.places.lock().get(index).and_then(Option::as_ref).and_then(|place| place.station.clone())
    }

    /// What was and is at a place: its number and its connections. Context: any.
    pub(super) fn table(&self, index: usize) -> Option<(u64, Arc<Table>)> {
        let places = self.places.lock();
        places.get(index).and_then(Option::as_ref).map(|place| (place.cid, place.table.clone()))
    }

    /// All places there can be.
    pub(super) fn indices(&self) -> core::ops::Range<usize> {
        0..MOST
    }

    /// A guest goes. Context: any.
    pub(super) fn leave(&self, index: usize) {
        let left =
            self.places.lock().get_mut(index).and_then(Option::as_mut).and_then(|place| place.station.take());
        drop(left);
        self.release(index);
    }

    /// Frees a place that nothing is left of. Context: any.
    pub(super) fn release(&self, index: usize) {
        let mut places = self.places.lock();
        let Some(free) = places.get_mut(index) else { return };
        let gone = free.take_if(|place| place.station.is_none() && place.table.count() == (0, 0));
        drop(places);
        drop(gone);
    }
}
