"""Mean, variance and median of a list of numbers."""


def mean(values):
    """The sum of the values divided by how many there are."""
    return sum(values) / len(values)


def variance(values):
    """The mean of the squared distances from the mean."""
    average = mean(values)
    return 


def median(values):
    """The value in the middle of the sorted values; of two, their mean."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
