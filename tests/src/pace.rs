//! Time limits that a busy machine does not break.

use std::time::Duration;

/// How long the machine's clock is believed at a time.
const TICK: Duration = Duration::from_millis(50);

/// Waits for something, and fails the test if it takes longer than this. Time is counted in small pauses of this very
/// process: a machine that is too busy to run it makes them longer, too.
pub async fn ends_within<T>(limit: Duration, what: impl Future<Output = T>) -> T {
    let counted = async {
        let mut left = limit;
        while !left.is_zero() {
            tokio::time::sleep(TICK).await;
            left = left.saturating_sub(TICK);
        }
    };
    tokio::select! {
        biased;
        done = what => done,
        () = counted => panic!("it takes longer than {limit:?}"),
    }
}
