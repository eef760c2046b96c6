//! What every page of ours has to do with browsers, whoever looks at it: files that pages need, forms
//! with files, and whose page asks.

pub mod asset;
pub mod cookie;
pub mod form_data;
pub mod origin;

/// What tells a browser to forget the pages it keeps (`Clear-Site-Data`): sent when somebody signs out. Cookies stay: one that is
/// no session is nobody's secret, and a site chat's is its visitor's.
pub const FORGET_PAGES: &str = "\"cache\"";
