//! Instagram.

mod common;
mod particular;
mod shared;

use simulator::meta::{NewAccount, Platform};

pub use super::meta::MetaWorld;
use super::meta::{Network, Of};

/// The network.
pub struct Instagrams;
/// How it is played.
pub type Instagram = Of<Instagrams>;

impl Network for Instagrams {
    const KIND: &'static str = "instagram";
    const PLATFORM: Platform = Platform::Instagram;
    const OBJECT: &'static str = "instagram";
    const ACCOUNT: &'static str = "account_id";
    const SAMPLE: &'static str = "17841400000000001";
    const TAKEN_IS_DELIVERED: bool = true;

    fn account() -> NewAccount {
        NewAccount::instagram()
    }
}
