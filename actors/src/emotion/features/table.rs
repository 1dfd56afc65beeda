//! Columns over frames: what the functionals are taken of.

/// Figures a frame, kept a column each. All columns are equally long.
#[derive(Clone, Default)]
pub struct Table {
    columns: Vec<Vec<f64>>,
}

impl Table {
    pub fn new(columns: Vec<Vec<f64>>) -> Self {
        Self { columns }
    }

    /// From rows of `width` figures.
    pub fn of_rows<const WIDTH: usize>(rows: &[[f64; WIDTH]]) -> Self {
        Self { columns: (0..WIDTH).map(|at| rows.iter().map(|row| row[at]).collect()).collect() }
    }

    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    pub fn push(&mut self, column: Vec<f64>) {
        self.columns.push(column);
    }

    /// The frames that `mask` names.
    pub fn only(&self, mask: &[bool]) -> Self {
        Self { columns: self.columns.iter().map(|column| picked(column, mask)).collect() }
    }

    pub fn map(&self, of: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self { columns: self.columns.iter().map(|column| of(column)).collect() }
    }

    /// One figure a column.
    pub fn each(&self, of: impl Fn(&[f64]) -> f64) -> impl Iterator<Item = f64> {
        self.columns.iter().map(move |column| of(column))
    }
}

/// The values that `mask` names.
pub fn picked(values: &[f64], mask: &[bool]) -> Vec<f64> {
    values.iter().zip(mask).filter(|(_, keep)| **keep).map(|(value, _)| *value).collect()
}
