//! Sources: one messenger line of a tenant, mirrored as an amoCRM source.

pub mod settings;
