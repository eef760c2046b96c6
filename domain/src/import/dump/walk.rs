//! JSON of any size, walked through object by object: only one object is in the memory at a time, and its place is known.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use base::error::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::text::{CHUNK, DumpFile, utf_8};
use super::{refused, refused_at};

/// The largest object, in bytes: no file fills the memory with one message.
pub(super) const MOST_OBJECT: usize = 1024 * 1024;

pub(super) type Fields = Map<String, Value>;

/// What is done with a value in an object.
pub(super) enum Way {
    /// Its objects are walked through.
    Into,
    /// It is kept until the object ends.
    Keep,
    Pass,
}

/// What a format makes of its objects. `under` is the key under which an object stands, if need be in a list.
pub(super) trait Walker {
    /// Asked before each value; `fields` were kept so far.
    fn way(&mut self, line: i64, under: &str, key: &str, fields: &Fields) -> Result<Way>;

    /// An object ended; `above` was kept so far of the one around it.
    fn object(&mut self, line: i64, under: &str, fields: Fields, above: &Fields) -> Result<()>;
}

/// Walks through the values of a text, of which there may be several. 422 with the line if it is damaged.
pub(super) fn walk(text: &mut Box<dyn DumpFile>, walker: &mut impl Walker) -> Result<()> {
    let place = Rc::new(Place::default());
    let mut text = utf_8(text)?;
    let mut json = serde_json::Deserializer::from_reader(Json::new(&mut text, Rc::clone(&place)));
    let mut state = State { walker, place, began: false, failed: None };
    loop {
        state.began = false;
        let done = Part { state: &mut state, under: "", above: &Fields::new() }.deserialize(&mut json);
        match (state.failed.take(), done) {
            (Some(failed), _) => return Err(failed),
            (None, Ok(())) => {}
            (None, Err(error)) if error.is_eof() && !state.began => break,
            (None, Err(error)) => {
                // Errors of reading have no line.
                let line = i64::try_from(error.line()).ok().filter(|line| *line > 0);
                let line = line.unwrap_or_else(|| state.place.line());
                return Err(refused_at(if error.is_eof() { "said-dump-cut" } else { "said-dump-broken" }, line));
            }
        }
    }
    drop(json);
    if text.is_readable() { Ok(()) } else { Err(refused("said-import-encoding")) }
}

struct State<'walker, W> {
    walker: &'walker mut W,
    place: Rc<Place>,
    /// Whether something of the next value was read.
    began: bool,
    /// Why the walker stopped.
    failed: Option<Error>,
}

struct Part<'part, 'walker, W> {
    state: &'part mut State<'walker, W>,
    under: &'part str,
    above: &'part Fields,
}

impl<W> State<'_, W> {
    fn held<T, E: serde::de::Error>(&mut self, done: Result<T>) -> Result<T, E> {
        done.map_err(|failed| {
            self.failed = Some(failed);
            E::custom("stopped")
        })
    }
}

impl<'de, W: Walker> DeserializeSeed<'de> for Part<'_, '_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for Part<'_, '_, W> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or a list of objects")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { state, under, above } = self;
        state.began = true;
        while list.next_element_seed(Part { state: &mut *state, under, above })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { state, under, above } = self;
        let (line, mut fields) = (state.place.line(), Fields::new());
        state.began = true;
        state.place.object(true);
        while let Some(key) = map.next_key::<String>()? {
            let way = state.walker.way(line, under, &key, &fields);
            match state.held::<_, A::Error>(way)? {
                Way::Keep => {
                    fields.insert(key, map.next_value()?);
                    continue;
                }
                Way::Into => {
                    state.place.object(false);
                    map.next_value_seed(Part { state: &mut *state, under: &key, above: &fields })?;
                }
                Way::Pass => {
                    state.place.object(false);
                    map.next_value::<IgnoredAny>()?;
                }
            }
            state.place.object(true);
        }
        state.place.object(false);
        let done = state.walker.object(line, under, fields, above);
        state.held(done)
    }
}

/// The place that was reached in a text.
#[derive(Default)]
struct Place {
    breaks: Cell<i64>,
    /// Bytes that the object may still have; none outside of what is kept.
    left: Cell<Option<usize>>,
}

impl Place {
    fn line(&self) -> i64 {
        self.breaks.get() + 1
    }

    fn object(&self, is_kept: bool) {
        self.left.set(is_kept.then_some(MOST_OBJECT));
    }
}

/// JSON that tells where its reader is. Telegram Desktop writes control characters as `\x0B`, which is no JSON
/// (dumps §1).
struct Json<Text> {
    text: BufReader<Text>,
    place: Rc<Place>,
    is_escaped: bool,
    /// The rest of the replacement of such an escape.
    instead: &'static [u8],
}

impl<Text: Read> Json<Text> {
    fn new(text: Text, place: Rc<Place>) -> Self {
        Self { text: BufReader::with_capacity(CHUNK, text), place, is_escaped: false, instead: b"" }
    }
}

impl<Text: Read> Read for Json<Text> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(slot) = into.first_mut() else { return Ok(0) };
        if let Some((first, rest)) = self.instead.split_first() {
            *slot = *first;
            self.instead = rest;
            return Ok(1);
        }
        if self.text.read(std::slice::from_mut(slot))? == 0 {
            return Ok(0);
        }
        if self.is_escaped && *slot == b'x' {
            *slot = b'u';
            self.instead = b"00";
        }
        self.is_escaped = *slot == b'\\' && !self.is_escaped;
        self.place.breaks.set(self.place.breaks.get() + i64::from(*slot == b'\n'));
        let left = self.place.left.get();
        self.place.left.set(left.map(|left| left.saturating_sub(1)));
        if left == Some(0) { Err(io::Error::other("the object is too long")) } else { Ok(1) }
    }
}
