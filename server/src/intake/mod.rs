//! The first half of the road: what comes in is checked, given its ids and stored; only then it is answered.
