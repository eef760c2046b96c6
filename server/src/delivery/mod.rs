//! The second half of the road: leased letters go out, verdicts are settled.

pub mod queue;
