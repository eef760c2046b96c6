//! Calls of functions that the migrations create in PostgreSQL.

use sea_orm::Value;

/// A call with named arguments. All calls of a function have the same text, so each connection plans it once.
pub(crate) struct FunctionCall {
    function: &'static str,
    arguments: Vec<String>,
    values: Vec<Value>,
}

impl FunctionCall {
    pub fn of(function: &'static str) -> Self {
        Self { function, arguments: Vec::new(), values: Vec::new() }
    }

    /// Adds an argument. A value may be NULL.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.arguments.push(format!("{name} => ${}", self.values.len()));
        self
    }

    /// Adds an argument that is an expression.
    pub fn with_expression(mut self, name: &'static str, expression: &str) -> Self {
        self.arguments.push(format!("{name} => {expression}"));
        self
    }

    /// Its text, and the values that the text numbers from 1.
    pub fn into_text(self) -> (String, Vec<Value>) {
        (format!("{}({})", self.function, self.arguments.join(", ")), self.values)
    }
}
