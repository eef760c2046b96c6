//! What every page of ours has to do with browsers, whoever looks at it: files that pages need, forms
//! with files, and whose page asks.

pub mod asset;
pub mod form_data;
pub mod origin;
