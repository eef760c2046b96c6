//! The facts that the crate relies on, to which its documentation refers: in [`chats_api`] and [`crm_api`].

#[doc = include_str!("../protocol/chats-api.md")]
pub mod chats_api {}

#[doc = include_str!("../protocol/crm-api.md")]
pub mod crm_api {}
