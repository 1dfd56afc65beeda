//! A value that changes at certain times, as an expression that ffmpeg evaluates for each frame.

/// Which value holds from when on, milliseconds, in order. The first one holds before its time too.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Steps(Vec<(u64, u32)>);

impl Steps {
    pub fn from(&mut self, at_ms: u64, value: u32) {
        match self.0.last_mut() {
            Some((_, last)) if *last == value => {}
            Some((at, last)) if *at == at_ms => *last = value,
            _ => self.0.push((at_ms, value)),
        }
    }

    /// The value, where it never changes.
    pub fn constant(&self) -> Option<u32> {
        match self.0.as_slice() {
            [(_, value)] => Some(*value),
            _ => None,
        }
    }

    /// In `t`, seconds. Its depth grows with the logarithm of the changes.
    pub fn expression(&self) -> String {
        nested(&self.0)
    }
}

fn nested(steps: &[(u64, u32)]) -> String {
    match steps {
        [] => "0".to_owned(),
        [(_, value)] => value.to_string(),
        _ => {
            let (early, late) = steps.split_at(steps.len() / 2);
            format!("if(lt(t,{}),{},{})", seconds(late[0].0), nested(early), nested(late))
        }
    }
}

/// As ffmpeg reads it.
pub fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_changes_is_a_number() {
        let mut steps = Steps::default();
        steps.from(0, 7);
        steps.from(5_000, 7);
        assert_eq!((steps.constant(), steps.expression()), (Some(7), "7".to_owned()));
    }

    #[test]
    fn changes_are_asked_for_in_a_tree() {
        let mut steps = Steps::default();
        for (at, value) in [(0, 1), (1_500, 2), (3_000, 3), (3_000, 4)] {
            steps.from(at, value);
        }
        assert_eq!(steps.constant(), None);
        assert_eq!(steps.expression(), "if(lt(t,1.500),1,if(lt(t,3.000),2,4))");
        let mut many = Steps::default();
        (0..1_000).for_each(|n| many.from(n * 10, n as u32 % 2));
        let expression = many.expression();
        let depth = expression.chars().fold((0_i32, 0_i32), |(now, most), c| match c {
            '(' => (now + 1, most.max(now + 1)),
            ')' => (now - 1, most),
            _ => (now, most),
        });
        assert!(depth.1 < 25, "{depth:?}");
    }
}
