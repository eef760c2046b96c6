//! Facebook.

mod common;
mod particular;
mod shared;
mod vendors;

use simulator::meta::{NewAccount, Platform};

pub use super::meta::MetaWorld;
use super::meta::{Network, Of};

/// The network.
pub struct Facebooks;
/// How it is played.
pub type Facebook = Of<Facebooks>;

impl Network for Facebooks {
    const KIND: &'static str = "facebook";
    const PLATFORM: Platform = Platform::Facebook;
    const OBJECT: &'static str = "page";
    const ACCOUNT: &'static str = "page_id";
    const SAMPLE: &'static str = "104000000000001";
    const TAKEN_IS_DELIVERED: bool = false;

    fn account() -> NewAccount {
        NewAccount::facebook()
    }
}
