//! Names of called functions and read members, such as `APP.data.current_card`, in whatever notation they are written.

use oxc_ast::ast::{Argument, Expression, IdentifierReference};
use oxc_semantic::Scoping;

/// The dotted path of an expression that begins with a global (without `window.`), and its first name.
pub(super) fn path(expression: &Expression<'_>, scoping: &Scoping) -> Option<String> {
    let path = match expression {
        Expression::Identifier(name) => {
            return is_global(name, scoping).then(|| name.name.to_string());
        }
        Expression::StaticMemberExpression(member) => {
            format!("{}.{}", path(&member.object, scoping)?, member.property.name)
        }
        Expression::ComputedMemberExpression(member) => match &member.expression {
            Expression::StringLiteral(key) => format!("{}.{}", path(&member.object, scoping)?, key.value),
            _ => format!("{}.?", path(&member.object, scoping)?),
        },
        Expression::ParenthesizedExpression(inner) => path(&inner.expression, scoping)?,
        _ => return None,
    };
    Some(path.strip_prefix("window.").map(ToOwned::to_owned).unwrap_or(path))
}

/// The last name of a called function: `ajax` of `$.ajax`, `fetch` of `fetch`.
pub(super) fn last_name(callee: &Expression<'_>) -> Option<String> {
    match callee {
        Expression::Identifier(name) => Some(name.name.to_string()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.to_string()),
        Expression::ComputedMemberExpression(member) => match &member.expression {
            Expression::StringLiteral(key) => Some(key.value.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The text of an argument that is a string.
pub(super) fn text_of<'a>(argument: Option<&'a Argument<'_>>) -> Option<&'a str> {
    match argument {
        Some(Argument::StringLiteral(text)) => Some(text.value.as_str()),
        _ => None,
    }
}

/// Whether a name is not declared in the script.
pub(super) fn is_global(name: &IdentifierReference<'_>, scoping: &Scoping) -> bool {
    name.reference_id.get().is_none_or(|id| scoping.get_reference(id).symbol_id().is_none())
}
