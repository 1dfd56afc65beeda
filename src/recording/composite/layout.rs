//! Where tiles stand in a picture. All places are even, as pictures at half colour resolution need it.

use serde::Serialize;

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 720;
/// Between tiles.
const GAP: u32 = 8;
/// Of the column beside a screen.
const COLUMN: u32 = 288;
/// People in a grid.
pub const GRID_MOST: usize = 9;
/// People beside a screen.
pub const COLUMN_MOST: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Place {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Everybody alike: as many rows as columns or one less, the last row in the middle.
pub fn grid(tiles: usize) -> Vec<Place> {
    if tiles <= 1 {
        return vec![Place { x: 0, y: 0, width: WIDTH, height: HEIGHT }; tiles];
    }
    let columns = (1..).find(|columns| columns * columns >= tiles).unwrap_or(1);
    let rows = tiles.div_ceil(columns);
    let (width, height) = (cell(WIDTH, columns), cell(HEIGHT, rows));
    (0..tiles)
        .map(|tile| {
            let (row, column) = (tile / columns, tile % columns);
            let in_row = if row + 1 == rows { tiles - row * columns } else { columns };
            Place { x: start(WIDTH, width, in_row, column), y: start(HEIGHT, height, rows, row), width, height }
        })
        .collect()
}

/// A large one, and a column of small ones at its right.
pub fn beside(small: usize) -> (Place, Vec<Place>) {
    if small == 0 {
        return (Place { x: 0, y: 0, width: WIDTH, height: HEIGHT }, Vec::new());
    }
    let large = Place { x: GAP, y: GAP, width: WIDTH - COLUMN - 3 * GAP, height: HEIGHT - 2 * GAP };
    let height = even(COLUMN * 9 / 16);
    let column =
        (0..small).map(|row| Place { x: WIDTH - COLUMN - GAP, y: start(HEIGHT, height, small, row), width: COLUMN, height });
    (large, column.collect())
}

/// As long as `count` of them with gaps around fit into `whole`.
fn cell(whole: u32, count: usize) -> u32 {
    even((whole - GAP * (count as u32 + 1)) / count as u32)
}

/// Of the one at `index` of a row that stands in the middle of `whole`.
fn start(whole: u32, size: u32, count: usize, index: usize) -> u32 {
    let row = count as u32 * size + (count as u32 - 1) * GAP;
    even((whole - row) / 2) + index as u32 * (size + GAP)
}

fn even(length: u32) -> u32 {
    length & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(places: &[Place]) {
        for (n, a) in places.iter().enumerate() {
            assert!(a.x + a.width <= WIDTH && a.y + a.height <= HEIGHT, "{a:?}");
            assert!([a.x, a.y, a.width, a.height].iter().all(|length| length % 2 == 0), "{a:?}");
            for b in &places[..n] {
                let over = a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
                assert!(!over, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn tiles_are_inside_and_apart_however_many_there_are() {
        for tiles in 0..=GRID_MOST {
            let places = grid(tiles);
            assert_eq!(places.len(), tiles);
            apart(&places);
        }
        for small in 0..=COLUMN_MOST {
            let (large, mut places) = beside(small);
            assert_eq!(places.len(), small);
            places.push(large);
            apart(&places);
        }
    }

    #[test]
    fn four_people_stand_two_by_two_and_the_third_of_three_in_the_middle() {
        let four = grid(4);
        assert_eq!((four[0].x, four[0].y), (four[2].x, four[1].y));
        let three = grid(3);
        assert_eq!(three[2].x + three[2].width / 2, WIDTH / 2);
    }
}
