//! What every page of ours has to do with browsers, whoever looks at it: files that pages need, and whose page asks.

pub mod asset;
pub mod origin;
