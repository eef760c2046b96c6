//! The format of a hook in a file: `PSPL`, the length of the rest and its CRC-32 (little-endian, 32 bits each), then
//! the id, the time of arrival, the scope id prefixed with its length, the body.

use bytes::Bytes;
use uuid::Uuid;

use super::Hook;

const MARK: &[u8; 4] = b"PSPL";
const HEAD: usize = 12;

/// An item of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum RecordItem {
    Hook(Hook),
    /// Bytes that are not a complete record: torn by a crash before the sender was answered, or damaged since.
    Damaged {
        bytes: usize,
    },
}

/// Encodes a hook.
pub fn write(hook: &Hook) -> Vec<u8> {
    let scope = hook.scope_id.as_bytes();
    let mut rest = Vec::with_capacity(28 + scope.len() + hook.body.len());
    rest.extend_from_slice(hook.id.as_bytes());
    rest.extend_from_slice(&hook.received_at.to_le_bytes());
    rest.extend_from_slice(&length(scope));
    rest.extend_from_slice(scope);
    rest.extend_from_slice(&hook.body);
    let mut record = Vec::with_capacity(HEAD + rest.len());
    record.extend_from_slice(MARK);
    record.extend_from_slice(&length(&rest));
    record.extend_from_slice(&crc32fast::hash(&rest).to_le_bytes());
    record.append(&mut rest);
    record
}

/// Bodies are at most a megabyte (the endpoint's limit).
fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// All items of a file, in order.
pub fn read(file: &Bytes) -> Vec<RecordItem> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let rest = file.slice(at..);
        if let Some((hook, length)) = whole(&rest) {
            found.push(RecordItem::Hook(hook));
            at += length;
            continue;
        }
        let next = rest.get(1..).and_then(|rest| rest.windows(MARK.len()).position(|window| window == MARK));
        let bytes = next.map_or(rest.len(), |next| next + 1);
        match found.last_mut() {
            Some(RecordItem::Damaged { bytes: before }) => *before += bytes,
            _ => found.push(RecordItem::Damaged { bytes }),
        }
        at += bytes;
    }
    found
}

/// The record at the start, and its length.
fn whole(bytes: &Bytes) -> Option<(Hook, usize)> {
    if bytes.get(..4)? != MARK {
        return None;
    }
    let end = HEAD.checked_add(number(bytes, 4)?)?;
    let rest = bytes.get(HEAD..end)?;
    if crc32fast::hash(rest).to_le_bytes() != *bytes.get(8..HEAD)? {
        return None;
    }
    let id = Uuid::from_slice(rest.get(..16)?).ok()?;
    let received_at = i64::from_le_bytes(rest.get(16..24)?.try_into().ok()?);
    let scope = 28_usize.checked_add(number(rest, 24)?)?;
    let scope_id = std::str::from_utf8(rest.get(28..scope)?).ok()?.to_owned();
    Some((Hook { id, received_at, scope_id, body: bytes.slice(HEAD + scope..end) }, end))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hook() -> impl Strategy<Value = Hook> {
        (any::<u128>(), any::<i64>(), "\\PC{0,60}", proptest::collection::vec(any::<u8>(), 0..300)).prop_map(
            |(id, received_at, scope_id, body)| Hook {
                id: Uuid::from_u128(id),
                received_at,
                scope_id,
                body: Bytes::from(body),
            },
        )
    }

    fn hooks_in(read: &[RecordItem]) -> usize {
        read.iter().filter(|one| matches!(one, RecordItem::Hook(_))).count()
    }

    proptest! {
        #[test]
        fn written_records_are_read_back(hooks in proptest::collection::vec(hook(), 0..8)) {
            let file: Bytes = hooks.iter().flat_map(write).collect::<Vec<u8>>().into();
            let read = read(&file);
            prop_assert_eq!(read, hooks.into_iter().map(RecordItem::Hook).collect::<Vec<_>>());
        }

        #[test]
        fn a_torn_end_costs_the_last_alone(hooks in proptest::collection::vec(hook(), 1..6), cut in 1_usize..12) {
            let mut file: Vec<u8> = hooks.iter().flat_map(write).collect();
            file.truncate(file.len() - cut);
            let read = read(&file.into());
            prop_assert_eq!(hooks_in(&read), hooks.len() - 1);
            let torn = matches!(read.last(), Some(RecordItem::Damaged { .. }));
            prop_assert!(torn);
        }

        #[test]
        fn damage_costs_one_record_and_invents_none(
            hooks in proptest::collection::vec(hook(), 1..6),
            at in any::<prop::sample::Index>(),
            flip in 1_u8..=255,
        ) {
            let mut file: Vec<u8> = hooks.iter().flat_map(write).collect();
            let at = at.index(file.len());
            file[at] ^= flip;
            let read = read(&file.into());
            let mut reply = hooks.iter();
            for found in &read {
                if let RecordItem::Hook(found) = found {
                    prop_assert!(reply.any(|hook| hook == found), "a hook that was never written, or out of order");
                }
            }
            prop_assert!(hooks_in(&read) + 1 >= hooks.len());
        }

        #[test]
        fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes.into());
        }
    }
}
