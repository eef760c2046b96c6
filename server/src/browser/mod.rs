//! What every page of ours has to do with browsers, whoever looks at it: files that pages need, forms
//! with files, and whose page asks.

pub mod asset;
pub mod cookie;
pub mod form_data;
pub mod origin;

/// The header that makes a browser discard cached pages (`Clear-Site-Data`), sent at sign-out. Cookies stay: those that
/// are not sessions are no secret, and a site chat's belongs to its visitor.
pub const FORGET_PAGES: &str = "\"cache\"";
