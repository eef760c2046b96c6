//! Hooks as amoCRM sends them, signed and ready to be written to a socket.

use std::ops::Range;

use amocrm::chats::sign::hook_signature;
use anyhow::Context;
use base::clock::Clock;
use bytes::Bytes;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::letters;
use crate::line::{Line, SECRET};

/// One hook: the whole HTTP request, and its body alone.
#[derive(Clone, Debug)]
pub struct Hook {
    pub request: Bytes,
    pub body: Bytes,
    pub line: usize,
    pub amojo_message_id: String,
}

/// How messages are distributed over conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popularity {
    /// All equally.
    Even,
    /// The first a hundred times as often as about the sixty-fifth: Zipf with an exponent of 1.1.
    Zipf,
}

impl Popularity {
    /// Assigns `count` hooks to lines by index.
    fn places(self, count: usize, lines: usize) -> anyhow::Result<Vec<usize>> {
        let mut random = StdRng::seed_from_u64(7);
        Ok(match self {
            Self::Even => (0..count).map(|_| random.random_range(0..lines)).collect(),
            Self::Zipf => {
                let ranks = 1..=u32::try_from(lines)?;
                let weights = WeightedIndex::new(ranks.map(|rank| f64::from(rank).powf(-1.1))).context("weights")?;
                (0..count).map(|_| weights.sample(&mut random)).collect()
            }
        })
    }
}

/// Hooks with these numbers in their texts, distributed over the lines, each with an id of its own.
pub fn make(lines: &[Line], numbers: Range<usize>, host: &str, popularity: Popularity) -> anyhow::Result<Vec<Hook>> {
    let secret = SecretString::from(SECRET);
    let clock = Clock::system();
    let places = popularity.places(numbers.len(), lines.len())?;
    Ok(numbers.zip(places).map(|(number, place)| hook(lines, place, number, host, &secret, &clock)).collect())
}

fn hook(lines: &[Line], place: usize, number: usize, host: &str, secret: &SecretString, clock: &Clock) -> Hook {
    let line = &lines[place];
    let amojo_message_id = Uuid::new_v4().to_string();
    let millis = clock.millis();
    let body = json!({
        "account_id": line.amojo_id,
        "time": millis / 1000,
        "message": {
            "receiver": { "id": Uuid::new_v4(), "phone": "79151112233", "email": "", "client_id": "user" },
            "sender": { "id": "76fc2bea-902f-425c-9a3d-dcdac4766090" },
            "conversation": { "id": Uuid::new_v4(), "client_id": line.client_id },
            "source": { "external_id": line.source_external_id },
            "timestamp": millis / 1000,
            "msec_timestamp": millis,
            "message": {
                "id": amojo_message_id, "type": "text", "tag": "", "media": "", "thumbnail": "",
                "file_name": "", "file_size": 0,
                "text": letters::text(number),
            },
        },
    })
    .to_string();
    let signature = hook_signature(secret, body.as_bytes());
    let head = format!(
        "POST /location/{} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-Signature: {signature}\r\nContent-Length: {}\r\n\r\n",
        line.scope_id,
        body.len()
    );
    let request = Bytes::from(head.clone() + &body);
    Hook { body: request.slice(head.len()..), request, line: place, amojo_message_id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_the_most_popular() {
        let places = Popularity::Zipf.places(10_000, 1_000).unwrap();
        let of = |place| places.iter().filter(|one| **one == place).count();
        assert!(of(0) > 5 * of(9), "{} and {}", of(0), of(9));
        let even = Popularity::Even.places(10_000, 10).unwrap();
        assert!((0..10).all(|place| (800..1_200).contains(&even.iter().filter(|one| **one == place).count())));
    }
}
