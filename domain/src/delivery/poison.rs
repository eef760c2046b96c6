//! Which letters are given up because each process that starts them ends before there is an outcome.

use queue::Claim;

/// A letter started more often than this without an outcome may be poison.
const STARTS: i32 = 3;
/// It is considered poison only this long after its acceptance: a process that is killed several times in quick
/// succession dies during the same calls, and their letters are not the cause.
const YOUNG_MILLIS: i64 = 60_000;

/// Whether a letter is given up.
pub(super) fn is_poison(claim: &Claim, now: i64) -> bool {
    claim.starts > STARTS && now.saturating_sub(claim.letter.accepted_at) >= YOUNG_MILLIS
}
