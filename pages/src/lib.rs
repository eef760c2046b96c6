//! Pages: the panel of an account, the vendor's admin, legal texts, the service's status.

pub mod admin;
pub mod legal;
pub mod panel;
pub mod service_status;
