//! Browser support shared by all our pages: assets, forms with files, cookies and origins.

mod address;
pub mod asset;
pub mod cookie;
pub mod form_data;
pub mod origin;

pub use address::client_address;

/// The header value that makes a browser discard cached pages (`Clear-Site-Data`), sent at sign-out. Cookies stay:
/// those that are not sessions are not secret, and a site chat's belongs to its visitor.
pub const FORGET_PAGES: &str = "\"cache\"";
