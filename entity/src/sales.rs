//! Sales: where an account sends them, and those that were sent.

tables! {
    /// A target of an account's sales.
    sale_target(
        tenant_id: Uuid,
        /// A word of `domain::sale::TargetKind`.
        kind: String,
    ) {
        pub is_on: bool,
        /// JSON, see `domain::sale::TargetSettings`.
        pub settings: String,
        /// The access token, encrypted; none if the kind has none, or it was not given yet.
        pub token: Option<Vec<u8>>,
        /// When it was last switched on: earlier sales are not sent.
        pub on_since: i64,
    }

    /// A lead that was won, and what became of it at each target.
    sale(
        tenant_id: Uuid,
        /// CRM id.
        lead_id: i64,
    ) {
        /// JSON, see `domain::sale::Sale`.
        pub facts: String,
        /// JSON: a `domain::sale::Sending` for each target.
        pub sendings: String,
        pub created_at: i64,
    }
}
