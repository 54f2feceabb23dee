"""minitorch: a PyTorch that people can read. PyTorch: torch/__init__.py, name by name."""

import math

from minitorch import types as types
from minitorch._settings import are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled
from minitorch._settings import get_deterministic_debug_mode as get_deterministic_debug_mode
from minitorch._settings import get_float32_matmul_precision as get_float32_matmul_precision
from minitorch._settings import (
    is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled,
)
from minitorch._settings import is_warn_always_enabled as is_warn_always_enabled
from minitorch._settings import set_default_tensor_type as set_default_tensor_type
from minitorch._settings import set_deterministic_debug_mode as set_deterministic_debug_mode
from minitorch._settings import set_float32_matmul_precision as set_float32_matmul_precision
from minitorch._settings import set_flush_denormal as set_flush_denormal
from minitorch._settings import set_warn_always as set_warn_always
from minitorch._settings import use_deterministic_algorithms as use_deterministic_algorithms
from minitorch._storage import Storage as Storage
from minitorch._storage import TypedStorage as TypedStorage
from minitorch._tensor import Tensor as Tensor
from minitorch._tensor_str import set_printoptions as set_printoptions
from minitorch._what_it_is import is_complex as is_complex
from minitorch._what_it_is import is_conj as is_conj
from minitorch._what_it_is import is_floating_point as is_floating_point
from minitorch._what_it_is import is_neg as is_neg
from minitorch._what_it_is import is_nonzero as is_nonzero
from minitorch._what_it_is import is_same_size as is_same_size
from minitorch._what_it_is import is_signed as is_signed
from minitorch._what_it_is import is_storage as is_storage
from minitorch._what_it_is import is_tensor as is_tensor
from minitorch._what_it_is import numel as numel
from minitorch._what_it_is import typename as typename
from minitorch.autograd.anomaly_mode import is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled
from minitorch.autograd.anomaly_mode import is_anomaly_enabled as is_anomaly_enabled
from minitorch.autograd.grad_mode import enable_grad as enable_grad
from minitorch.autograd.grad_mode import inference_mode as inference_mode
from minitorch.autograd.grad_mode import is_grad_enabled as is_grad_enabled
from minitorch.autograd.grad_mode import no_grad as no_grad
from minitorch.autograd.grad_mode import set_grad_enabled as set_grad_enabled
from minitorch.cpu import get_num_interop_threads as get_num_interop_threads
from minitorch.cpu import get_num_threads as get_num_threads
from minitorch.cpu import set_num_interop_threads as set_num_interop_threads
from minitorch.cpu import set_num_threads as set_num_threads
from minitorch.ops.activation import relu as relu
from minitorch.ops.activation import sigmoid as sigmoid
from minitorch.ops.activation import tanh as tanh
from minitorch.ops.advanced_indexing import index_put as index_put
from minitorch.ops.advanced_indexing import index_put_ as index_put_
from minitorch.ops.binary import bitwise_left_shift as bitwise_left_shift
from minitorch.ops.binary import bitwise_right_shift as bitwise_right_shift
from minitorch.ops.binary import copysign as copysign
from minitorch.ops.binary import float_power as float_power
from minitorch.ops.binary import fmax as fmax
from minitorch.ops.binary import fmin as fmin
from minitorch.ops.binary import gcd as gcd
from minitorch.ops.binary import heaviside as heaviside
from minitorch.ops.binary import hypot as hypot
from minitorch.ops.binary import lcm as lcm
from minitorch.ops.binary import ldexp as ldexp
from minitorch.ops.binary import logaddexp as logaddexp
from minitorch.ops.binary import logaddexp2 as logaddexp2
from minitorch.ops.binary import nextafter as nextafter
from minitorch.ops.binary import xlogy as xlogy
from minitorch.ops.buffers import frombuffer as frombuffer
from minitorch.ops.combination import addcdiv as addcdiv
from minitorch.ops.combination import addcmul as addcmul
from minitorch.ops.combination import lerp as lerp
from minitorch.ops.comparison import allclose as allclose
from minitorch.ops.comparison import bitwise_and as bitwise_and
from minitorch.ops.comparison import bitwise_not as bitwise_not
from minitorch.ops.comparison import bitwise_or as bitwise_or
from minitorch.ops.comparison import bitwise_xor as bitwise_xor
from minitorch.ops.comparison import eq as eq
from minitorch.ops.comparison import equal as equal
from minitorch.ops.comparison import ge as ge
from minitorch.ops.comparison import gt as gt
from minitorch.ops.comparison import isclose as isclose
from minitorch.ops.comparison import isfinite as isfinite
from minitorch.ops.comparison import isinf as isinf
from minitorch.ops.comparison import isnan as isnan
from minitorch.ops.comparison import isneginf as isneginf
from minitorch.ops.comparison import isposinf as isposinf
from minitorch.ops.comparison import le as le
from minitorch.ops.comparison import logical_and as logical_and
from minitorch.ops.comparison import logical_not as logical_not
from minitorch.ops.comparison import logical_or as logical_or
from minitorch.ops.comparison import logical_xor as logical_xor
from minitorch.ops.comparison import lt as lt
from minitorch.ops.comparison import ne as ne
from minitorch.ops.convert import as_tensor as as_tensor
from minitorch.ops.convert import asarray as asarray
from minitorch.ops.convert import clone as clone
from minitorch.ops.convert import from_numpy as from_numpy
from minitorch.ops.convert import tensor as tensor
from minitorch.ops.counting import bincount as bincount
from minitorch.ops.counting import histc as histc
from minitorch.ops.counting import isin as isin
from minitorch.ops.creation import arange as arange
from minitorch.ops.creation import empty as empty
from minitorch.ops.creation import empty_like as empty_like
from minitorch.ops.creation import empty_strided as empty_strided
from minitorch.ops.creation import eye as eye
from minitorch.ops.creation import full as full
from minitorch.ops.creation import full_like as full_like
from minitorch.ops.creation import linspace as linspace
from minitorch.ops.creation import logspace as logspace
from minitorch.ops.creation import ones as ones
from minitorch.ops.creation import ones_like as ones_like
from minitorch.ops.creation import scalar_tensor as scalar_tensor
from minitorch.ops.creation import zeros as zeros
from minitorch.ops.creation import zeros_like as zeros_like
from minitorch.ops.decompositions import legacy_qr as qr  # noqa: F401
from minitorch.ops.decompositions import legacy_svd as svd  # noqa: F401
from minitorch.ops.diagonals import diag as diag
from minitorch.ops.diagonals import diag_embed as diag_embed
from minitorch.ops.diagonals import diagflat as diagflat
from minitorch.ops.diagonals import diagonal as diagonal
from minitorch.ops.differences import cumulative_trapezoid as cumulative_trapezoid
from minitorch.ops.differences import diff as diff
from minitorch.ops.differences import gradient as gradient
from minitorch.ops.differences import trapezoid as trapezoid
from minitorch.ops.dlpack import from_dlpack as from_dlpack
from minitorch.ops.dropout import alpha_dropout as alpha_dropout
from minitorch.ops.dropout import dropout as dropout
from minitorch.ops.dropout import feature_alpha_dropout as feature_alpha_dropout
from minitorch.ops.dropout import feature_dropout as feature_dropout
from minitorch.ops.einsum import einsum as einsum
from minitorch.ops.extreme import amax as amax
from minitorch.ops.extreme import amin as amin
from minitorch.ops.extreme import aminmax as aminmax
from minitorch.ops.extreme import argmax as argmax
from minitorch.ops.extreme import argmin as argmin
from minitorch.ops.extreme import max as max
from minitorch.ops.extreme import min as min
from minitorch.ops.gamma import _sample_dirichlet as _sample_dirichlet
from minitorch.ops.gamma import _standard_gamma as _standard_gamma
from minitorch.ops.gamma import binomial as binomial
from minitorch.ops.gamma import poisson as poisson
from minitorch.ops.gather import gather as gather
from minitorch.ops.gather import put as put
from minitorch.ops.gather import scatter as scatter
from minitorch.ops.gather import scatter_add as scatter_add
from minitorch.ops.gather import take as take
from minitorch.ops.gather import take_along_dim as take_along_dim
from minitorch.ops.hyperbolic import acosh as acosh
from minitorch.ops.hyperbolic import asinh as asinh
from minitorch.ops.hyperbolic import atanh as atanh
from minitorch.ops.hyperbolic import deg2rad as deg2rad
from minitorch.ops.hyperbolic import rad2deg as rad2deg
from minitorch.ops.hyperbolic import sinc as sinc
from minitorch.ops.index_reduce import index_reduce as index_reduce
from minitorch.ops.index_reduce import scatter_reduce as scatter_reduce
from minitorch.ops.index_select import index_add as index_add
from minitorch.ops.index_select import index_copy as index_copy
from minitorch.ops.index_select import index_fill as index_fill
from minitorch.ops.index_select import index_select as index_select
from minitorch.ops.inplace import fill as fill
from minitorch.ops.inplace import fill_ as fill_
from minitorch.ops.inplace import zero_ as zero_
from minitorch.ops.joining import atleast_1d as atleast_1d
from minitorch.ops.joining import atleast_2d as atleast_2d
from minitorch.ops.joining import atleast_3d as atleast_3d
from minitorch.ops.joining import block_diag as block_diag
from minitorch.ops.joining import cartesian_prod as cartesian_prod
from minitorch.ops.joining import cat as cat
from minitorch.ops.joining import column_stack as column_stack
from minitorch.ops.joining import combinations as combinations
from minitorch.ops.joining import dstack as dstack
from minitorch.ops.joining import hstack as hstack
from minitorch.ops.joining import stack as stack
from minitorch.ops.joining import vstack as vstack
from minitorch.ops.linalg import norm as norm
from minitorch.ops.low_rank import pca_lowrank as pca_lowrank
from minitorch.ops.low_rank import svd_lowrank as svd_lowrank
from minitorch.ops.lu import legacy_lu as lu  # noqa: F401
from minitorch.ops.lu import legacy_lu_solve as lu_solve  # noqa: F401
from minitorch.ops.lu import lu_unpack as lu_unpack
from minitorch.ops.masked import argwhere as argwhere
from minitorch.ops.masked import masked_fill as masked_fill
from minitorch.ops.masked import masked_scatter as masked_scatter
from minitorch.ops.masked import masked_select as masked_select
from minitorch.ops.masked import nonzero as nonzero
from minitorch.ops.masked import nonzero_static as nonzero_static
from minitorch.ops.masked import unravel_index as unravel_index
from minitorch.ops.matmul import addmm as addmm
from minitorch.ops.matmul import baddbmm as baddbmm
from minitorch.ops.matmul import bmm as bmm
from minitorch.ops.matmul import dot as dot
from minitorch.ops.matmul import matmul as matmul
from minitorch.ops.matmul import mm as mm
from minitorch.ops.matmul import mv as mv
from minitorch.ops.matmul import outer as outer
from minitorch.ops.native import adaptive_max_pool1d as adaptive_max_pool1d
from minitorch.ops.native import batch_norm as batch_norm
from minitorch.ops.native import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from minitorch.ops.native import cosine_embedding_loss as cosine_embedding_loss
from minitorch.ops.native import embedding as embedding
from minitorch.ops.native import group_norm as group_norm
from minitorch.ops.native import hinge_embedding_loss as hinge_embedding_loss
from minitorch.ops.native import instance_norm as instance_norm
from minitorch.ops.native import kl_div as kl_div
from minitorch.ops.native import layer_norm as layer_norm
from minitorch.ops.native import margin_ranking_loss as margin_ranking_loss
from minitorch.ops.native import poisson_nll_loss as poisson_nll_loss
from minitorch.ops.native import triplet_margin_loss as triplet_margin_loss
from minitorch.ops.normalize import _weight_norm as _weight_norm
from minitorch.ops.normalize import norm_except_dim as norm_except_dim
from minitorch.ops.order import bucketize as bucketize
from minitorch.ops.order import kthvalue as kthvalue
from minitorch.ops.order import mode as mode
from minitorch.ops.order import msort as msort
from minitorch.ops.order import nanmedian as nanmedian
from minitorch.ops.order import nanquantile as nanquantile
from minitorch.ops.order import quantile as quantile
from minitorch.ops.order import searchsorted as searchsorted
from minitorch.ops.out import resize_as_ as resize_as_
from minitorch.ops.pointwise import add as add
from minitorch.ops.pointwise import atan2 as atan2
from minitorch.ops.pointwise import div as div
from minitorch.ops.pointwise import floor_divide as floor_divide
from minitorch.ops.pointwise import fmod as fmod
from minitorch.ops.pointwise import maximum as maximum
from minitorch.ops.pointwise import minimum as minimum
from minitorch.ops.pointwise import mul as mul
from minitorch.ops.pointwise import pow as pow
from minitorch.ops.pointwise import remainder as remainder
from minitorch.ops.pointwise import rsub as rsub
from minitorch.ops.pointwise import square as square
from minitorch.ops.pointwise import sub as sub
from minitorch.ops.products import addbmm as addbmm
from minitorch.ops.products import addmv as addmv
from minitorch.ops.products import addr as addr
from minitorch.ops.products import chain_matmul as chain_matmul
from minitorch.ops.products import cross as cross
from minitorch.ops.products import inner as inner
from minitorch.ops.products import kron as kron
from minitorch.ops.products import legacy_vander as vander  # noqa: F401
from minitorch.ops.products import matrix_exp as matrix_exp
from minitorch.ops.products import matrix_power as matrix_power
from minitorch.ops.products import tensordot as tensordot
from minitorch.ops.products import trace as trace
from minitorch.ops.products import vdot as vdot
from minitorch.ops.promotion import result_type as result_type
from minitorch.ops.pseudo_inverse import legacy_pinverse as pinverse  # noqa: F401
from minitorch.ops.random import bernoulli as bernoulli
from minitorch.ops.random import multinomial as multinomial
from minitorch.ops.random import normal as normal
from minitorch.ops.random import rand as rand
from minitorch.ops.random import rand_like as rand_like
from minitorch.ops.random import randint as randint
from minitorch.ops.random import randint_like as randint_like
from minitorch.ops.random import randn as randn
from minitorch.ops.random import randn_like as randn_like
from minitorch.ops.random import randperm as randperm
from minitorch.ops.real import conj as conj
from minitorch.ops.real import conj_physical as conj_physical
from minitorch.ops.real import imag as imag
from minitorch.ops.real import real as real
from minitorch.ops.real import resolve_conj as resolve_conj
from minitorch.ops.real import resolve_neg as resolve_neg
from minitorch.ops.reduce import all as all
from minitorch.ops.reduce import any as any
from minitorch.ops.reduce import count_nonzero as count_nonzero
from minitorch.ops.reduce import logsumexp as logsumexp
from minitorch.ops.reduce import mean as mean
from minitorch.ops.reduce import prod as prod
from minitorch.ops.reduce import std as std
from minitorch.ops.reduce import std_mean as std_mean
from minitorch.ops.reduce import sum as sum
from minitorch.ops.reduce import var as var
from minitorch.ops.reduce import var_mean as var_mean
from minitorch.ops.rounding import abs as abs
from minitorch.ops.rounding import ceil as ceil
from minitorch.ops.rounding import clamp as clamp
from minitorch.ops.rounding import clamp_max as clamp_max
from minitorch.ops.rounding import clamp_min as clamp_min
from minitorch.ops.rounding import floor as floor
from minitorch.ops.rounding import frac as frac
from minitorch.ops.rounding import frexp as frexp
from minitorch.ops.rounding import nan_to_num as nan_to_num
from minitorch.ops.rounding import neg as neg
from minitorch.ops.rounding import positive as positive
from minitorch.ops.rounding import round as round
from minitorch.ops.rounding import sign as sign
from minitorch.ops.rounding import signbit as signbit
from minitorch.ops.rounding import trunc as trunc
from minitorch.ops.scan import cummax as cummax
from minitorch.ops.scan import cummin as cummin
from minitorch.ops.scan import cumprod as cumprod
from minitorch.ops.scan import cumsum as cumsum
from minitorch.ops.scan import logcumsumexp as logcumsumexp
from minitorch.ops.scattering import as_strided_scatter as as_strided_scatter
from minitorch.ops.scattering import diagonal_scatter as diagonal_scatter
from minitorch.ops.scattering import select_scatter as select_scatter
from minitorch.ops.scattering import slice_scatter as slice_scatter
from minitorch.ops.shape import adjoint as adjoint
from minitorch.ops.shape import broadcast_shapes as broadcast_shapes
from minitorch.ops.shape import broadcast_tensors as broadcast_tensors
from minitorch.ops.shape import broadcast_to as broadcast_to
from minitorch.ops.shape import detach as detach
from minitorch.ops.shape import flatten as flatten
from minitorch.ops.shape import movedim as movedim
from minitorch.ops.shape import permute as permute
from minitorch.ops.shape import ravel as ravel
from minitorch.ops.shape import reshape as reshape
from minitorch.ops.shape import squeeze as squeeze
from minitorch.ops.shape import swapaxes as swapaxes
from minitorch.ops.shape import t as t
from minitorch.ops.shape import transpose as transpose
from minitorch.ops.shape import unflatten as unflatten
from minitorch.ops.shape import unsqueeze as unsqueeze
from minitorch.ops.sizes import channels_last as channels_last
from minitorch.ops.sizes import channels_last_3d as channels_last_3d
from minitorch.ops.sizes import contiguous_format as contiguous_format
from minitorch.ops.sizes import layout as layout
from minitorch.ops.sizes import memory_format as memory_format
from minitorch.ops.sizes import preserve_format as preserve_format
from minitorch.ops.sizes import sparse_coo as sparse_coo
from minitorch.ops.sizes import strided as strided
from minitorch.ops.slicing import chunk as chunk
from minitorch.ops.slicing import dsplit as dsplit
from minitorch.ops.slicing import hsplit as hsplit
from minitorch.ops.slicing import narrow as narrow
from minitorch.ops.slicing import select as select
from minitorch.ops.slicing import split as split
from minitorch.ops.slicing import split_with_sizes as split_with_sizes
from minitorch.ops.slicing import tensor_split as tensor_split
from minitorch.ops.slicing import unbind as unbind
from minitorch.ops.slicing import unsafe_chunk as unsafe_chunk
from minitorch.ops.slicing import unsafe_split as unsafe_split
from minitorch.ops.slicing import unsafe_split_with_sizes as unsafe_split_with_sizes
from minitorch.ops.slicing import vsplit as vsplit
from minitorch.ops.softmax import log_softmax as log_softmax
from minitorch.ops.softmax import softmax as softmax
from minitorch.ops.solving import det as det
from minitorch.ops.solving import inv as inverse  # noqa: F401
from minitorch.ops.solving import logdet as logdet
from minitorch.ops.solving import slogdet as slogdet
from minitorch.ops.sort import argsort as argsort
from minitorch.ops.sort import median as median
from minitorch.ops.sort import sort as sort
from minitorch.ops.sort import topk as topk
from minitorch.ops.special import digamma as digamma
from minitorch.ops.special import erfc as erfc
from minitorch.ops.special import erfinv as erfinv
from minitorch.ops.special import i0 as i0
from minitorch.ops.special import igamma as igamma
from minitorch.ops.special import igammac as igammac
from minitorch.ops.special import lgamma as lgamma
from minitorch.ops.special import logit as logit
from minitorch.ops.special import mvlgamma as mvlgamma
from minitorch.ops.special import polygamma as polygamma
from minitorch.ops.statistics import cdist as cdist
from minitorch.ops.statistics import corrcoef as corrcoef
from minitorch.ops.statistics import cov as cov
from minitorch.ops.statistics import dist as dist
from minitorch.ops.statistics import nanmean as nanmean
from minitorch.ops.statistics import nansum as nansum
from minitorch.ops.statistics import renorm as renorm
from minitorch.ops.strided import as_strided as as_strided
from minitorch.ops.tensor_types import BoolTensor as BoolTensor
from minitorch.ops.tensor_types import ByteTensor as ByteTensor
from minitorch.ops.tensor_types import CharTensor as CharTensor
from minitorch.ops.tensor_types import DoubleTensor as DoubleTensor
from minitorch.ops.tensor_types import FloatTensor as FloatTensor
from minitorch.ops.tensor_types import HalfTensor as HalfTensor
from minitorch.ops.tensor_types import IntTensor as IntTensor
from minitorch.ops.tensor_types import LongTensor as LongTensor
from minitorch.ops.tensor_types import ShortTensor as ShortTensor
from minitorch.ops.triangles import meshgrid as meshgrid
from minitorch.ops.triangles import tril as tril
from minitorch.ops.triangles import tril_indices as tril_indices
from minitorch.ops.triangles import triu as triu
from minitorch.ops.triangles import triu_indices as triu_indices
from minitorch.ops.triangular import cholesky_inverse as cholesky_inverse
from minitorch.ops.triangular import cholesky_solve as cholesky_solve
from minitorch.ops.triangular import legacy_cholesky as cholesky  # noqa: F401
from minitorch.ops.triangular import triangular_solve as triangular_solve
from minitorch.ops.turning import flip as flip
from minitorch.ops.turning import fliplr as fliplr
from minitorch.ops.turning import flipud as flipud
from minitorch.ops.turning import repeat_interleave as repeat_interleave
from minitorch.ops.turning import roll as roll
from minitorch.ops.turning import rot90 as rot90
from minitorch.ops.turning import tile as tile
from minitorch.ops.unary import acos as acos
from minitorch.ops.unary import asin as asin
from minitorch.ops.unary import atan as atan
from minitorch.ops.unary import cos as cos
from minitorch.ops.unary import cosh as cosh
from minitorch.ops.unary import erf as erf
from minitorch.ops.unary import exp as exp
from minitorch.ops.unary import exp2 as exp2
from minitorch.ops.unary import expm1 as expm1
from minitorch.ops.unary import log as log
from minitorch.ops.unary import log1p as log1p
from minitorch.ops.unary import log2 as log2
from minitorch.ops.unary import log10 as log10
from minitorch.ops.unary import reciprocal as reciprocal
from minitorch.ops.unary import rsqrt as rsqrt
from minitorch.ops.unary import sin as sin
from minitorch.ops.unary import sinh as sinh
from minitorch.ops.unary import sqrt as sqrt
from minitorch.ops.unary import tan as tan
from minitorch.ops.unique import unique as unique
from minitorch.ops.unique import unique_consecutive as unique_consecutive
from minitorch.ops.view_copies import alias_copy as alias_copy
from minitorch.ops.view_copies import as_strided_copy as as_strided_copy
from minitorch.ops.view_copies import diagonal_copy as diagonal_copy
from minitorch.ops.view_copies import expand_copy as expand_copy
from minitorch.ops.view_copies import narrow_copy as narrow_copy
from minitorch.ops.view_copies import permute_copy as permute_copy
from minitorch.ops.view_copies import select_copy as select_copy
from minitorch.ops.view_copies import slice_copy as slice_copy
from minitorch.ops.view_copies import split_copy as split_copy
from minitorch.ops.view_copies import split_with_sizes_copy as split_with_sizes_copy
from minitorch.ops.view_copies import squeeze_copy as squeeze_copy
from minitorch.ops.view_copies import t_copy as t_copy
from minitorch.ops.view_copies import transpose_copy as transpose_copy
from minitorch.ops.view_copies import unbind_copy as unbind_copy
from minitorch.ops.view_copies import unfold_copy as unfold_copy
from minitorch.ops.view_copies import unsqueeze_copy as unsqueeze_copy
from minitorch.ops.view_copies import view_copy as view_copy
from minitorch.ops.where import where as where
from minitorch.ops.windows import bartlett_window as bartlett_window
from minitorch.ops.windows import blackman_window as blackman_window
from minitorch.ops.windows import hamming_window as hamming_window
from minitorch.ops.windows import hann_window as hann_window
from minitorch.random import Generator as Generator
from minitorch.random import default_generator as default_generator
from minitorch.random import get_rng_state as get_rng_state
from minitorch.random import initial_seed as initial_seed
from minitorch.random import manual_seed as manual_seed
from minitorch.random import seed as seed
from minitorch.random import set_rng_state as set_rng_state
from minitorch.types import Size as Size
from minitorch.types import bfloat16 as bfloat16
from minitorch.types import bool as bool
from minitorch.types import can_cast as can_cast
from minitorch.types import device as device
from minitorch.types import dtype as dtype
from minitorch.types import finfo as finfo
from minitorch.types import float16 as float16
from minitorch.types import float32 as float32
from minitorch.types import float64 as float64
from minitorch.types import get_default_device as get_default_device
from minitorch.types import get_default_dtype as get_default_dtype
from minitorch.types import iinfo as iinfo
from minitorch.types import int8 as int8
from minitorch.types import int16 as int16
from minitorch.types import int32 as int32
from minitorch.types import int64 as int64
from minitorch.types import promote_types as promote_types
from minitorch.types import set_default_device as set_default_device
from minitorch.types import set_default_dtype as set_default_dtype
from minitorch.types import uint8 as uint8
from minitorch.version import __version__ as __version__

# isort: split
# The packages look names up in this one, so they come after them.
from minitorch import __config__ as __config__
from minitorch import _tensor_str as _tensor_str
from minitorch import accelerator as accelerator
from minitorch import amp as amp
from minitorch import autograd as autograd
from minitorch import backends as backends
from minitorch import compiler as compiler
from minitorch import cpu as cpu
from minitorch import cuda as cuda
from minitorch import distributed as distributed
from minitorch import distributions as distributions
from minitorch import func as func
from minitorch import hub as hub
from minitorch import jit as jit
from minitorch import linalg as linalg
from minitorch import mps as mps
from minitorch import multiprocessing as multiprocessing
from minitorch import nn as nn
from minitorch import ops as ops
from minitorch import optim as optim
from minitorch import profiler as profiler
from minitorch import random as random
from minitorch import serialization as serialization
from minitorch import sparse as sparse
from minitorch import special as special
from minitorch import testing as testing
from minitorch import utils as utils
from minitorch import version as version
from minitorch import xpu as xpu
from minitorch.amp.autocast_mode import autocast as autocast
from minitorch.amp.autocast_mode import get_autocast_dtype as get_autocast_dtype
from minitorch.amp.autocast_mode import is_autocast_enabled as is_autocast_enabled
from minitorch.compiler import compile as compile
from minitorch.cuda import OutOfMemoryError as OutOfMemoryError
from minitorch.func.vmap import vmap as vmap
from minitorch.serialization import load as load
from minitorch.serialization import save as save
from minitorch.sparse.coo import sparse_coo_tensor as sparse_coo_tensor
from minitorch.sparse.coo import spmm as spmm

e, inf, nan, pi, newaxis = math.e, math.inf, math.nan, math.pi, None

# Second names of the same things.
float = float32
double = float64
long = int64
half = float16
short = int16
int = int32
ger = outer
UntypedStorage = Storage
absolute, negative, concat, concatenate = abs, neg, cat, cat
subtract, multiply, divide, true_divide = sub, mul, div, div
arcsinh, arccosh, arctanh = asinh, acosh, atanh
arcsin, arccos, arctan, fix, sgn = asin, acos, atan, trunc, sign
greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne
trapz, row_stack = trapezoid, vstack
arctan2, clip, moveaxis, swapdims = atan2, clamp, movedim, transpose

# Functions of networks that take the same arguments in nn.functional.
adaptive_avg_pool1d, avg_pool1d = nn.functional.adaptive_avg_pool1d, nn.functional.avg_pool1d
bilinear, pdist = nn.functional.bilinear, nn.functional.pdist
celu, prelu, selu, rrelu = nn.functional.celu, nn.functional.prelu, nn.functional.selu, nn.functional.rrelu
celu_, relu_, selu_, rrelu_ = nn.functional.celu_, nn.functional.relu_, nn.functional.selu_, nn.functional.rrelu_
channel_shuffle = native_channel_shuffle = nn.functional.channel_shuffle
conv1d, conv2d, conv3d = nn.functional.conv1d, nn.functional.conv2d, nn.functional.conv3d
conv_transpose1d, conv_transpose2d = nn.functional.conv_transpose1d, nn.functional.conv_transpose2d
conv_transpose3d = nn.functional.conv_transpose3d
cosine_similarity, pairwise_distance = nn.functional.cosine_similarity, nn.functional.pairwise_distance
hardshrink, threshold, threshold_ = nn.functional.hardshrink, nn.functional.threshold, nn.functional.threshold_
max_pool1d, max_pool2d, max_pool3d = nn.functional.max_pool1d, nn.functional.max_pool2d, nn.functional.max_pool3d
pixel_shuffle, pixel_unshuffle, rms_norm = nn.functional.pixel_shuffle, nn.functional.pixel_unshuffle, nn.functional.rms_norm

# Methods that write into their tensor, as functions.
abs_, acos_, acosh_, addmv_ = Tensor.abs_, Tensor.acos_, Tensor.acosh_, Tensor.addmv_
arccos_, arccosh_, arcsin_, arcsinh_ = Tensor.arccos_, Tensor.arccosh_, Tensor.arcsin_, Tensor.arcsinh_
arctan_, arctanh_, as_strided_, asin_ = Tensor.arctan_, Tensor.arctanh_, Tensor.as_strided_, Tensor.asin_
asinh_, atan_, atanh_, ceil_ = Tensor.asinh_, Tensor.atan_, Tensor.atanh_, Tensor.ceil_
clamp_, clamp_max_, clamp_min_, clip_ = Tensor.clamp_, Tensor.clamp_max_, Tensor.clamp_min_, Tensor.clip_
cos_, cosh_, deg2rad_, detach_ = Tensor.cos_, Tensor.cosh_, Tensor.deg2rad_, Tensor.detach_
erf_, erfc_, exp2_, exp_ = Tensor.erf_, Tensor.erfc_, Tensor.exp2_, Tensor.exp_
expm1_, fix_, floor_, frac_ = Tensor.expm1_, Tensor.fix_, Tensor.floor_, Tensor.frac_
gcd_, i0_, lcm_, ldexp_ = Tensor.gcd_, Tensor.i0_, Tensor.lcm_, Tensor.ldexp_
log10_, log1p_, log2_, log_ = Tensor.log10_, Tensor.log1p_, Tensor.log2_, Tensor.log_
logit_, nan_to_num_, neg_, negative_ = Tensor.logit_, Tensor.nan_to_num_, Tensor.neg_, Tensor.negative_
rad2deg_, reciprocal_, round_, rsqrt_ = Tensor.rad2deg_, Tensor.reciprocal_, Tensor.round_, Tensor.rsqrt_
sigmoid_, sin_, sinc_, sinh_ = Tensor.sigmoid_, Tensor.sin_, Tensor.sinc_, Tensor.sinh_
sqrt_, square_, tan_, tanh_ = Tensor.sqrt_, Tensor.square_, Tensor.tan_, Tensor.tanh_
trunc_, xlogy_ = Tensor.trunc_, Tensor.xlogy_
