//! Routes: versions of an account's rules, and what was decided by them.

tables! {
    /// The rules of an account at one time.
    route_version(
        tenant_id: Uuid,
        /// Counted from 1. The highest that is no draft is in force.
        number: i32,
    ) {
        /// JSON, see `domain::route::RuleSet`.
        pub rules: String,
        pub created_at: i64,
        /// The name at that time of who saved it; empty: the command line.
        pub author: String,
        /// It decides nothing.
        pub is_draft: bool,
    }

    /// What was decided about an enquiry, and what was done of it.
    route_decision(
        tenant_id: Uuid,
        /// The message that began the enquiry.
        message_id: Uuid,
    ) {
        pub conversation_id: Uuid,
        /// The version of the rules that decided.
        pub version: i32,
        /// Empty if no rule matched.
        pub rule_id: String,
        /// JSON, see `domain::route::Facts`.
        pub facts: String,
        /// JSON, see `domain::route::Verdict`.
        pub verdict: String,
        /// JSON, see `domain::route::decision::Step`.
        pub steps: String,
        /// The lead of the enquiry; 0 until it has one.
        pub lead_id: i64,
        /// A word of `domain::route::decision::DecisionState`.
        pub state: String,
        pub created_at: i64,
    }

    /// Whose turn it is in a round robin.
    route_turn(
        tenant_id: Uuid,
        /// See `domain::route::decide::turn_key`.
        key: String,
    ) {
        /// JSON, see `domain::route::decide`.
        pub turn: String,
    }
}
